-- People: the way into a record that a list of personnel made. One link at a time for each.
create table account_invitation (
    person_id blob not null primary key references person (id),
    link_digest blob not null unique,
    made_by text not null,
    made_at integer not null,
    ends_at integer not null,
    failures integer not null default 0,
    used_at integer
) strict;
