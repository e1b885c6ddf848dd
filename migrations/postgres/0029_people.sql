-- People: the way into a record that a list of personnel made. One link at a time for each.
create table account_invitation (
    person_id uuid not null primary key references person (id),
    link_digest bytea not null unique,
    made_by text not null,
    made_at bigint not null,
    ends_at bigint not null,
    failures bigint not null default 0,
    used_at bigint
);
