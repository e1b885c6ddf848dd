-- Who a session is of and on whose computer it began decide how long it lives; people see their sessions and report what was not them.
alter table session add column population text not null default 'citizen' check (population in ('citizen', 'official'));
alter table session add column computer text not null default 'own' check (computer in ('own', 'shared'));
-- family of browser and system, never what the browser sent
alter table session add column agent text;
-- the choice on the sign-in page, kept until the session begins
alter table sign_in add column computer text;
-- what was given out in an account's name before this instant is dead
alter table account add column cut_at integer;
-- null: told of every sign-in from a browser not seen before; 'changes': of changes only
alter table account add column notices text;
create table sign_in_report (
    number text not null primary key,
    event_id blob not null unique,
    person_id blob not null references person (id),
    session_id blob,
    state text not null check (state in ('open', 'closed')),
    created_at integer not null,
    closed_at integer
) strict;
create index sign_in_report_person on sign_in_report (person_id);
drop view session_standing;
create view session_standing as
    select id as session_id, ends_at, ended_at, last_used_at, epoch, population, computer from session;
drop view account_standing;
create view account_standing as
    select a.id as account_id, a.person_id, a.state as account_state, p.state as person_state, a.cut_at
    from account a join person p on p.id = a.person_id;
