-- Who may administer what, sessions of the web console, the link that makes the first owner, and answers that can be had again.

-- One role of one subject, over everything (unit_id is null) or over one unit and all below it.
create table appointment (
    id uuid not null primary key,
    subject_kind text not null,
    subject_id uuid not null,
    role text not null,
    unit_id uuid,
    valid_from bigint not null,
    valid_until bigint,
    decision text not null,
    appointed_by text not null,
    appointed_at bigint not null,
    ended_at bigint,
    ended_by text,
    ended_because text,
    revision bigint not null
);
create index appointment_subject on appointment (subject_id);
create index appointment_role on appointment (role) where ended_at is null;

-- Stands on a session of the hall and falls with it.
create table console_session (
    id uuid not null primary key,
    digest bytea not null unique,
    session_id uuid not null,
    person_id uuid not null,
    started_at bigint not null,
    last_used_at bigint not null,
    ends_at bigint not null,
    ended_at bigint,
    ended_because text
);
create index console_session_session on console_session (session_id) where ended_at is null;
create index console_session_person on console_session (person_id) where ended_at is null;
create index console_session_ends on console_session (ends_at);

create table owner_offer (
    digest bytea not null primary key,
    offered_at bigint not null,
    offered_by text not null,
    expires_at bigint not null,
    because text,
    used_at bigint,
    used_by uuid
);

-- What an Idempotency-Key was answered. Answers name people, so they lie sealed.
create table admin_answer (
    subject_kind text not null,
    subject_id uuid not null,
    answer_key text not null,
    request bytea not null,
    status bigint not null,
    etag text,
    location text,
    sealed bytea not null,
    seal_key_id text not null,
    answered_at bigint not null,
    expires_at bigint not null,
    primary key (subject_kind, subject_id, answer_key)
);
create index admin_answer_expires on admin_answer (expires_at);
