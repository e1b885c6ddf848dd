-- What personnel systems call the officials that they push: each party has names of its own for a person.
create table scim_user (
    party_id blob not null references party (id),
    person_id blob not null references person (id),
    user_name text not null,
    -- user_name in lower case: names of users are compared so
    user_key text not null,
    external_id text,
    -- when the party said that they left; null: they serve, or may again
    left_at integer,
    created_at integer not null,
    updated_at integer not null,
    primary key (party_id, person_id),
    constraint scim_user_user_key_key unique (party_id, user_key),
    constraint scim_user_external_id_key unique (party_id, external_id)
) strict;
create index scim_user_person on scim_user (person_id);
