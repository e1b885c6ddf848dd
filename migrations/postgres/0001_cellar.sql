-- The cellar: which migrations ran, facts about the installation, and what several nodes agree on.
create table migration (
    number bigint not null primary key,
    name text not null,
    applied_at bigint not null
);
create table meta (
    key text not null primary key,
    value text not null
);
-- A room's number moves with every change of what nodes keep in memory of it.
create table revision (
    room text not null primary key,
    number bigint not null
);
create table lease (
    name text not null primary key,
    holder text not null,
    until_at bigint not null
);
create table quota (
    bucket bytea not null primary key,
    used bigint not null,
    ends_at bigint not null
);
create index quota_ends_at on quota (ends_at);
