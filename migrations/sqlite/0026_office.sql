-- A post that was carried over when its unit ended is as old as the one with which it began: `elder_id`, null where it is that one.
-- Separation of duties silences the younger of two posts.
alter table assignment add column elder_id blob references assignment (id);
with recursive up (id, elder) as (
    select id, carried_from from assignment where carried_from is not null
    union all select u.id, a.carried_from from up u join assignment a on a.id = u.elder where a.carried_from is not null)
update assignment set elder_id = r.elder
    from (select u.id, u.elder from up u join assignment a on a.id = u.elder where a.carried_from is null) r
    where r.id = assignment.id;
-- Until when the beginnings and ends that come by their dates alone were told to parties; one row, or none before the first time.
create table rights_clock (
    one integer not null primary key check (one = 1),
    told_until integer not null
) strict;
create index assignment_from on assignment (valid_from, id) where state = 'active';
create index assignment_unconfirmed on assignment (valid_from, id) where state = 'active' and decision_no is null;
