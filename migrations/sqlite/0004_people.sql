-- People, the numbers they claim, their accounts, and what the population registry answered.
create table person (
    id blob not null primary key,
    state text not null check (state in ('active', 'deceased', 'merged', 'erased')),
    merged_into blob references person (id),
    state_at integer not null,
    identity_assurance text not null,
    data_match text not null check (data_match in ('none', 'pending', 'matched', 'not_matched')),
    data_matched_at integer,
    sealed_profile blob,
    seal_key_id text,
    created_at integer not null,
    updated_at integer not null
) strict;
create table account (
    id blob not null primary key,
    person_id blob not null references person (id),
    login text not null unique,
    state text not null check (state in ('active', 'locked', 'disabled')),
    state_at integer not null,
    locale text,
    created_at integer not null
) strict;
create index account_person on account (person_id);
-- A number is not unique: before anybody proved to hold it, several people may claim it, and none may notice the others.
create table identifier (
    id blob not null primary key,
    person_id blob not null references person (id),
    kind text not null,
    sealed blob not null,
    seal_key_id text not null,
    recorded_at integer not null,
    ended_at integer
) strict;
create unique index identifier_current on identifier (person_id, kind) where ended_at is null;
create index identifier_person on identifier (person_id);
create table identifier_index (
    identifier_id blob not null references identifier (id),
    key_id text not null,
    digest blob not null,
    primary key (identifier_id, key_id)
) strict;
create index identifier_index_digest on identifier_index (digest);
create table registry_check (
    id blob not null primary key,
    person_id blob not null references person (id),
    request_ref text not null unique,
    state text not null check (state in ('pending', 'matched', 'not_matched', 'given_up')),
    tries integer not null,
    due_at integer not null,
    created_at integer not null,
    answered_at integer
) strict;
create index registry_check_due on registry_check (due_at) where state = 'pending';
-- The face that other rooms may join to: whether somebody may be told things about.
create view account_standing as
    select a.id as account_id, a.person_id, a.state as account_state, p.state as person_state
    from account a join person p on p.id = a.person_id;
-- The face of everything that may be told about a person, so that telling it takes one statement.
create view person_face as
    select p.id as person_id, p.state as person_state, p.merged_into, p.identity_assurance, p.data_match,
        p.data_matched_at, p.sealed_profile, p.seal_key_id, p.updated_at,
        i.id as number_id, i.sealed as number_sealed, i.seal_key_id as number_key_id
    from person p
    left join identifier i on i.person_id = p.id and i.kind = 'personal-number' and i.ended_at is null;
