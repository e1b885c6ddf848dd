-- Credentials. A password is a PHC string of Argon2id over the peppered password.
create table password (
    account_id blob not null primary key references account (id),
    phc text not null,
    pepper_key_id text not null,
    changed_at integer not null
) strict;
