-- The keyring. A private key lies sealed; a public half stays for ever, so that old signatures can be checked.
create table signing_key (
    kid text not null primary key,
    alg text not null,
    state text not null check (state in ('next', 'active', 'retiring', 'gone')),
    public_jwk text not null,
    sealed bytea,
    seal_key_id text,
    created_at bigint not null,
    activated_at bigint,
    retired_at bigint,
    gone_at bigint,
    revoked_at bigint
);
create unique index signing_key_active on signing_key (alg) where state = 'active';
create unique index signing_key_next on signing_key (alg) where state = 'next';
