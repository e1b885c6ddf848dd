-- Sessions of browsers, the parties that joined them, and the outbox of logout tokens.
create table session (
    id uuid not null primary key,
    digest bytea not null unique,
    account_id uuid not null references account (id),
    person_id uuid not null references person (id),
    started_at bigint not null,
    last_used_at bigint not null,
    ends_at bigint not null,
    ended_at bigint,
    ended_because text,
    auth_at bigint not null,
    acr text not null,
    amr text not null,
    epoch bigint not null
);
create index session_person on session (person_id) where ended_at is null;
create index session_ends_at on session (ends_at) where ended_at is null;
create table session_party (
    session_id uuid not null references session (id),
    party_id uuid not null references party (id),
    sid text not null unique,
    subject text not null,
    joined_at bigint not null,
    primary key (session_id, party_id)
);
create table logout_delivery (
    id uuid not null primary key,
    party_id uuid not null references party (id),
    session_id uuid not null,
    sid text not null,
    subject text not null,
    tries bigint not null,
    due_at bigint not null,
    created_at bigint not null,
    delivered_at bigint,
    given_up_at bigint
);
create index logout_delivery_due on logout_delivery (due_at) where delivered_at is null and given_up_at is null;
-- The face that other rooms may join to.
create view session_standing as
    select id as session_id, ends_at, ended_at, last_used_at, epoch from session;
