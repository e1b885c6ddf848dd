-- Offices over a unit that ends: carried to the unit that goes on where nobody gains by it, else cut; brought home where the set is taken back.
alter table appointment add column carried_from blob references appointment (id);
alter table appointment add column carried_by blob references change_set (id);
-- the set that cut the window, and what it was before (null: without an end)
alter table appointment add column cut_by blob references change_set (id);
alter table appointment add column until_before integer;
create index appointment_unit on appointment (unit_id) where ended_at is null;
create index appointment_carried on appointment (carried_by) where carried_by is not null;
create index appointment_cut on appointment (cut_by) where cut_by is not null;
-- Which persons hold which offices, for separation of duties with posts.
create view office_face as
    select subject_id as person_id, role as office, valid_from, coalesce(valid_until, 9223372036854775807) as valid_until
    from appointment where subject_kind = 'person' and ended_at is null;
