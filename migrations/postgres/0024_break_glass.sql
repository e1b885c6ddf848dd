-- Break-glass accounts: two sealed ways in for the day on which no other opens; their drills, and the alarm of every use.
-- null: a person's own; 'break-glass': opened by one hardware key and by nothing else, ever
alter table account add column purpose text check (purpose in ('break-glass'));
-- the same word, so that a session keeps its short limits without another look
alter table session add column purpose text check (purpose in ('break-glass'));
drop view session_standing;
create view session_standing as
    select id as session_id, ends_at, ended_at, last_used_at, epoch, coalesce(purpose, population) as population, computer from session;
create table break_glass (
    id uuid not null primary key,
    number bigint not null check (number in (1, 2)),
    person_id uuid not null references person (id),
    account_id uuid not null unique references account (id),
    state text not null check (state in ('made', 'sealed', 'opened', 'retired')),
    state_at bigint not null,
    -- the one-time link at which its key is registered
    link_digest bytea unique,
    link_ends_at bigint,
    created_at bigint not null,
    last_used_at bigint
);
-- a retired one gives its place away
create unique index break_glass_number on break_glass (number) where state <> 'retired';
create table break_glass_drill (
    id uuid not null primary key,
    began_at bigint not null,
    began_by text not null,
    ends_at bigint not null,
    ended_at bigint
);
create index break_glass_drill_began on break_glass_drill (began_at);
create table break_glass_alarm (
    id uuid not null primary key,
    break_glass_id uuid not null references break_glass (id),
    kind text not null check (kind in ('used', 'failed')),
    drill_id uuid references break_glass_drill (id),
    -- the failed attempt in the audit log, which is alarmed once; null: a use
    event_id uuid unique,
    at bigint not null
);
create index break_glass_alarm_account on break_glass_alarm (break_glass_id, at);
create index break_glass_alarm_drill on break_glass_alarm (drill_id);
create table break_glass_message (
    alarm_id uuid not null references break_glass_alarm (id),
    message_id uuid not null,
    primary key (alarm_id, message_id)
);
-- What a drill showed of each account, kept when it ended: messages leave the outbox after a month.
create table break_glass_result (
    drill_id uuid not null references break_glass_drill (id),
    break_glass_id uuid not null references break_glass (id),
    used_at bigint,
    delivered bigint not null,
    waiting bigint not null,
    failed bigint not null,
    primary key (drill_id, break_glass_id)
);
