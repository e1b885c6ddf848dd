-- The hall: transactions under way, what was agreed, and the stored subjects of persons per sector.
create table sign_in (
    digest blob not null primary key,
    browser blob not null,
    door text not null,
    -- null: somebody came for their own account
    party_id blob references party (id),
    asked text not null,
    payload text not null,
    resume text not null,
    session_id blob references session (id),
    proved_at integer,
    chosen_at integer,
    consented_at integer,
    outcome text check (outcome in ('finished', 'cancelled')),
    outcome_at integer,
    created_at integer not null,
    ends_at integer not null
) strict;
create index sign_in_ends_at on sign_in (ends_at);
create table consent (
    person_id blob not null references person (id),
    party_id blob not null references party (id),
    scopes text not null,
    given_at integer not null,
    withdrawn_at integer,
    primary key (person_id, party_id)
) strict;
-- A subject is a stored random value, importable and never derived from anything.
create table subject (
    person_id blob not null references person (id),
    sector text not null,
    sub text not null,
    created_at integer not null,
    primary key (person_id, sector)
) strict;
create unique index subject_sector_sub on subject (sector, sub);
