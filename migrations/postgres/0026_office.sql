-- A post that was carried over when its unit ended is as old as the one with which it began: `elder_id`, null where it is that one.
-- Separation of duties silences the younger of two posts.
alter table assignment add column elder_id uuid references assignment (id);
with recursive chain (id, elder) as (
    select id, id from assignment where carried_from is null
    union all select a.id, c.elder from assignment a join chain c on a.carried_from = c.id)
update assignment set elder_id = (select c.elder from chain c where c.id = assignment.id) where carried_from is not null;
-- Until when the beginnings and ends that come by their dates alone were told to parties; one row, or none before the first time.
create table rights_clock (
    one bigint not null primary key check (one = 1),
    told_until bigint not null
);
create index assignment_from on assignment (valid_from, id) where state = 'active';
create index assignment_unconfirmed on assignment (valid_from, id) where state = 'active' and decision_no is null;
