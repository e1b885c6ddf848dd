-- Second factors, addresses of people, browsers that signed in before, recovery, and passwords that came from other systems.
-- How the other system hashed an imported password: null for every password that was set or used here.
alter table password add column inner_scheme text;
alter table password add column inner_salt blob;
-- 'with_second': too short to open the account alone
alter table password add column usage text not null default 'alone';
create index password_inner_scheme on password (inner_scheme) where inner_scheme is not null;
-- The schemes of imported passwords that nobody has used yet: every sign-in computes each, so that time tells nothing.
create table password_import (
    scheme text not null primary key,
    imported_at integer not null
) strict;
-- A password was right and a second factor is still to be proved: no session exists yet.
alter table sign_in add column pending_account_id blob;
alter table sign_in add column pending_at integer;
-- The newest step that an app for codes was used with: an older one is a replay.
create table totp_step (
    credential_id blob not null primary key references credential (id),
    last_step integer not null
) strict;
create table contact (
    id blob not null primary key,
    account_id blob not null references account (id),
    kind text not null check (kind in ('phone', 'email')),
    sealed blob not null,
    seal_key_id text not null,
    created_at integer not null,
    verified_at integer,
    -- since when codes to it are a second factor
    second_factor_at integer,
    removed_at integer
) strict;
create index contact_account on contact (account_id) where removed_at is null;
create table one_time_code (
    id blob not null primary key,
    -- digest of the purpose and of what the code belongs to
    bound_to blob not null,
    contact_id blob not null references contact (id),
    -- keyed, so that a copy of the database tells no code
    digest blob not null,
    tries integer not null,
    created_at integer not null,
    ends_at integer not null,
    spent_at integer
) strict;
create index one_time_code_bound_to on one_time_code (bound_to, created_at);
create index one_time_code_ends_at on one_time_code (ends_at);
create table recovery_code (
    account_id blob not null references account (id),
    digest blob not null,
    made_at integer not null,
    spent_at integer,
    primary key (account_id, digest)
) strict;
-- A browser that signed in before, one random value for each of its accounts: it says nothing about the browser.
create table device (
    digest blob not null primary key,
    account_id blob not null references account (id),
    first_at integer not null,
    last_at integer not null
) strict;
create index device_last_at on device (last_at);
-- Somebody forgot their password. Without an account: the data fitted nobody, and nobody is told.
create table recovery (
    digest blob not null primary key,
    cancel_digest blob unique,
    account_id blob references account (id),
    state text not null check (state in ('asked', 'proved', 'done', 'cancelled')),
    state_at integer not null,
    tries integer not null,
    -- when a new password may be set
    due_at integer,
    created_at integer not null,
    ends_at integer not null
) strict;
create index recovery_account on recovery (account_id) where state in ('asked', 'proved');
create index recovery_ends_at on recovery (ends_at);
