-- Who may administer what, sessions of the web console, the link that makes the first owner, and answers that can be had again.

-- One role of one subject, over everything (unit_id is null) or over one unit and all below it.
create table appointment (
    id blob not null primary key,
    subject_kind text not null,
    subject_id blob not null,
    role text not null,
    unit_id blob,
    valid_from integer not null,
    valid_until integer,
    decision text not null,
    appointed_by text not null,
    appointed_at integer not null,
    ended_at integer,
    ended_by text,
    ended_because text,
    revision integer not null
) strict;
create index appointment_subject on appointment (subject_id);
create index appointment_role on appointment (role) where ended_at is null;

-- Stands on a session of the hall and falls with it.
create table console_session (
    id blob not null primary key,
    digest blob not null unique,
    session_id blob not null,
    person_id blob not null,
    started_at integer not null,
    last_used_at integer not null,
    ends_at integer not null,
    ended_at integer,
    ended_because text
) strict;
create index console_session_session on console_session (session_id) where ended_at is null;
create index console_session_person on console_session (person_id) where ended_at is null;
create index console_session_ends on console_session (ends_at);

create table owner_offer (
    digest blob not null primary key,
    offered_at integer not null,
    offered_by text not null,
    expires_at integer not null,
    because text,
    used_at integer,
    used_by blob
) strict;

-- What an Idempotency-Key was answered. Answers name people, so they lie sealed.
create table admin_answer (
    subject_kind text not null,
    subject_id blob not null,
    answer_key text not null,
    request blob not null,
    status integer not null,
    etag text,
    location text,
    sealed blob not null,
    seal_key_id text not null,
    answered_at integer not null,
    expires_at integer not null,
    primary key (subject_kind, subject_id, answer_key)
) strict;
create index admin_answer_expires on admin_answer (expires_at);
