-- Sessions of browsers, the parties that joined them, and the outbox of logout tokens.
create table session (
    id blob not null primary key,
    digest blob not null unique,
    account_id blob not null references account (id),
    person_id blob not null references person (id),
    started_at integer not null,
    last_used_at integer not null,
    ends_at integer not null,
    ended_at integer,
    ended_because text,
    auth_at integer not null,
    acr text not null,
    amr text not null,
    epoch integer not null
) strict;
create index session_person on session (person_id) where ended_at is null;
create index session_ends_at on session (ends_at) where ended_at is null;
create table session_party (
    session_id blob not null references session (id),
    party_id blob not null references party (id),
    sid text not null unique,
    subject text not null,
    joined_at integer not null,
    primary key (session_id, party_id)
) strict;
create table logout_delivery (
    id blob not null primary key,
    party_id blob not null references party (id),
    session_id blob not null,
    sid text not null,
    subject text not null,
    tries integer not null,
    due_at integer not null,
    created_at integer not null,
    delivered_at integer,
    given_up_at integer
) strict;
create index logout_delivery_due on logout_delivery (due_at) where delivered_at is null and given_up_at is null;
-- The face that other rooms may join to.
create view session_standing as
    select id as session_id, ends_at, ended_at, last_used_at, epoch from session;
