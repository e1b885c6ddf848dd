-- Credentials beside the password, ceremonies under way, and which credential a session was opened with.
-- The random name by which authenticators know an account: it says nothing about anybody and never changes.
create table webauthn_user (
    account_id uuid not null primary key references account (id),
    handle uuid not null unique,
    created_at bigint not null,
    -- when the person last said "later" to a passkey
    put_off_at bigint
);
-- A removed one keeps its row, without its secret: sessions and audit events name it.
create table credential (
    id uuid not null primary key,
    account_id uuid not null references account (id),
    kind text not null check (kind in ('passkey', 'totp')),
    label text not null,
    -- what the browser names it by; null for kinds that have no such name
    public_id bytea unique,
    sealed bytea,
    seal_key_id text,
    state text not null check (state in ('active', 'removed')),
    state_at bigint not null,
    created_at bigint not null,
    last_used_at bigint
);
create index credential_account on credential (account_id) where state = 'active';
-- What we asked an authenticator, kept here and nowhere else until its one answer.
create table challenge (
    digest bytea not null primary key,
    purpose text not null,
    -- the transaction or the session that it belongs to: exactly one
    sign_in bytea,
    session_id uuid references session (id),
    account_id uuid references account (id),
    sealed bytea not null,
    seal_key_id text not null,
    created_at bigint not null,
    ends_at bigint not null,
    taken_at bigint
);
create index challenge_ends_at on challenge (ends_at);
-- The credential that opened a session or proved its holder last: when it is removed, the session ends.
alter table session add column credential_id uuid references credential (id);
create index session_credential on session (credential_id) where ended_at is null;
-- What the browser of a transaction said it can do, and that the person declined a higher level.
alter table sign_in add column browser_can text;
alter table sign_in add column declined_at bigint;
