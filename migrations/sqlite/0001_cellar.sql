-- The cellar: which migrations ran, facts about the installation, and what several nodes agree on.
create table migration (
    number integer not null primary key,
    name text not null,
    applied_at integer not null
) strict;
create table meta (
    key text not null primary key,
    value text not null
) strict;
-- A room's number moves with every change of what nodes keep in memory of it.
create table revision (
    room text not null primary key,
    number integer not null
) strict;
create table lease (
    name text not null primary key,
    holder text not null,
    until_at integer not null
) strict;
create table quota (
    bucket blob not null primary key,
    used integer not null,
    ends_at integer not null
) strict;
create index quota_ends_at on quota (ends_at);
