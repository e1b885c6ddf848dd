-- Relying parties: who may ask about a person, and how they prove themselves.
create table party (
    id blob not null primary key,
    client_id text not null unique,
    state text not null check (state in ('active', 'disabled')),
    definition text not null,
    secret_digest blob,
    created_at integer not null,
    updated_at integer not null
) strict;
