-- OpenID Connect: kept POSTs, what an authorization gave (its code and its tokens), and what must not be used again.
create table posted_request (
    digest bytea not null primary key,
    form text not null,
    created_at bigint not null,
    ends_at bigint not null,
    spent_at bigint
);
create index posted_request_ends_at on posted_request (ends_at);
create table token_grant (
    id uuid not null primary key,
    party_id uuid not null references party (id),
    person_id uuid not null references person (id),
    account_id uuid not null references account (id),
    session_id uuid not null references session (id),
    code_digest bytea not null unique,
    code_ends_at bigint not null,
    code_spent_at bigint,
    terms text not null,
    epoch bigint not null,
    created_at bigint not null,
    ends_at bigint not null,
    revoked_at bigint,
    revoked_because text
);
create index token_grant_session on token_grant (session_id);
create index token_grant_person on token_grant (person_id);
create index token_grant_party on token_grant (party_id);
create index token_grant_ends_at on token_grant (ends_at);
create table refresh_token (
    digest bytea not null primary key,
    grant_id uuid not null references token_grant (id),
    issued_at bigint not null,
    idle_until bigint not null,
    used_at bigint,
    successor bytea,
    retired_at bigint
);
create index refresh_token_grant on refresh_token (grant_id);
create table revoked_token (
    jti text not null primary key,
    until_at bigint not null
);
create index revoked_token_until_at on revoked_token (until_at);
create table client_assertion (
    party_id uuid not null references party (id),
    jti_digest bytea not null,
    until_at bigint not null,
    primary key (party_id, jti_digest)
);
create index client_assertion_until_at on client_assertion (until_at);
