-- OpenID Connect: kept POSTs, what an authorization gave (its code and its tokens), and what must not be used again.
create table posted_request (
    digest blob not null primary key,
    form text not null,
    created_at integer not null,
    ends_at integer not null,
    spent_at integer
) strict;
create index posted_request_ends_at on posted_request (ends_at);
create table token_grant (
    id blob not null primary key,
    party_id blob not null references party (id),
    person_id blob not null references person (id),
    account_id blob not null references account (id),
    session_id blob not null references session (id),
    code_digest blob not null unique,
    code_ends_at integer not null,
    code_spent_at integer,
    terms text not null,
    epoch integer not null,
    created_at integer not null,
    ends_at integer not null,
    revoked_at integer,
    revoked_because text
) strict;
create index token_grant_session on token_grant (session_id);
create index token_grant_person on token_grant (person_id);
create index token_grant_party on token_grant (party_id);
create index token_grant_ends_at on token_grant (ends_at);
create table refresh_token (
    digest blob not null primary key,
    grant_id blob not null references token_grant (id),
    issued_at integer not null,
    idle_until integer not null,
    used_at integer,
    successor blob,
    retired_at integer
) strict;
create index refresh_token_grant on refresh_token (grant_id);
create table revoked_token (
    jti text not null primary key,
    until_at integer not null
) strict;
create index revoked_token_until_at on revoked_token (until_at);
create table client_assertion (
    party_id blob not null references party (id),
    jti_digest blob not null,
    until_at integer not null,
    primary key (party_id, jti_digest)
) strict;
create index client_assertion_until_at on client_assertion (until_at);
