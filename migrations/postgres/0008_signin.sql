-- The hall: transactions under way, what was agreed, and the stored subjects of persons per sector.
create table sign_in (
    digest bytea not null primary key,
    browser bytea not null,
    door text not null,
    -- null: somebody came for their own account
    party_id uuid references party (id),
    asked text not null,
    payload text not null,
    resume text not null,
    session_id uuid references session (id),
    proved_at bigint,
    chosen_at bigint,
    consented_at bigint,
    outcome text check (outcome in ('finished', 'cancelled')),
    outcome_at bigint,
    created_at bigint not null,
    ends_at bigint not null
);
create index sign_in_ends_at on sign_in (ends_at);
create table consent (
    person_id uuid not null references person (id),
    party_id uuid not null references party (id),
    scopes text not null,
    given_at bigint not null,
    withdrawn_at bigint,
    primary key (person_id, party_id)
);
-- A subject is a stored random value, importable and never derived from anything.
create table subject (
    person_id uuid not null references person (id),
    sector text not null,
    sub text not null,
    created_at bigint not null,
    primary key (person_id, sector)
);
create unique index subject_sector_sub on subject (sector, sub);
