-- Officials: who may act for which unit, in which capacity, from when to when, decided by whom. 9223372036854775807 means for ever.
create table position (
    id text not null primary key,
    label_vi text not null,
    label_en text not null,
    signing text not null check (signing in ('none', 'TM.', 'KT.', 'TL.')),
    updated_at integer not null
) strict;
-- `definition` is JSON that the office reads whole; what queries look for stands beside it.
create table role (
    id text not null primary key,
    definition text not null,
    valid_from integer not null,
    valid_until integer not null,
    revision integer not null,
    updated_at integer not null
) strict;
create table role_permission (
    role_id text not null references role (id),
    permission text not null,
    primary key (permission, role_id)
) strict;
create index role_permission_role on role_permission (role_id);
-- Two roles that one person may not hold at once; a side is a role or `class:…`.
create table role_separation (
    one text not null,
    other text not null,
    primary key (one, other)
) strict;
create table assignment (
    id blob not null primary key,
    person_id blob not null references person (id),
    unit_id blob not null references unit (id),
    position_id text not null references position (id),
    kind text not null check (kind in ('primary', 'concurrent', 'secondment', 'acting', 'in-charge', 'delegated', 'body-member', 'external')),
    scope text not null check (scope in ('self', 'unit', 'subtree', 'list', 'territory', 'non-territorial')),
    valid_from integer not null,
    valid_until integer not null,
    decision_no text,
    decision_date text,
    source text not null,
    delegator_id blob references assignment (id),
    limits text not null,
    state text not null check (state in ('pending', 'active', 'ended', 'refused')),
    state_at integer not null,
    state_because text,
    requested_by text not null,
    approved_by text,
    revision integer not null,
    created_at integer not null,
    last_used_at integer,
    dormant_at integer,
    carried_from blob references assignment (id),
    carried_by blob references change_set (id),
    cut_by blob references change_set (id),
    until_before integer,
    import_id blob
) strict;
create index assignment_person on assignment (person_id, valid_until);
create index assignment_unit_id on assignment (unit_id, valid_until);
create index assignment_delegator on assignment (delegator_id) where delegator_id is not null;
create index assignment_carried_from on assignment (carried_from) where carried_from is not null;
create index assignment_carried_by on assignment (carried_by) where carried_by is not null;
create index assignment_cut_by on assignment (cut_by) where cut_by is not null;
create index assignment_import on assignment (import_id) where import_id is not null;
create index assignment_pending on assignment (unit_id, id) where state = 'pending';
create index assignment_until on assignment (valid_until, id) where state = 'active';
-- `parties`: JSON list of ids, null: every party that the role speaks to.
create table assignment_role (
    assignment_id blob not null references assignment (id),
    role_id text not null references role (id),
    parties text,
    primary key (assignment_id, role_id)
) strict;
create index assignment_role_role on assignment_role (role_id, assignment_id);
create table assignment_unit (
    assignment_id blob not null references assignment (id),
    unit_id blob not null references unit (id),
    primary key (assignment_id, unit_id)
) strict;
create index assignment_unit_unit on assignment_unit (unit_id, assignment_id);
-- Joiner, mover, leaver: what was done to somebody's posts in one act.
create table staff_move (
    id blob not null primary key,
    person_id blob not null references person (id),
    workflow text not null check (workflow in ('joiner', 'mover', 'leaver')),
    ended integer not null,
    begun_id blob references assignment (id),
    decision_no text,
    because text,
    done_by text not null,
    done_at integer not null
) strict;
create index staff_move_person on staff_move (person_id, id);
create table post_warning (
    assignment_id blob not null references assignment (id),
    days integer not null,
    valid_until integer not null,
    queued_at integer not null,
    primary key (assignment_id, days, valid_until)
) strict;
create table post_review (
    id blob not null primary key,
    unit_id blob not null references unit (id),
    opened_at integer not null,
    due_at integer not null,
    closed_at integer
) strict;
create unique index post_review_open on post_review (unit_id) where closed_at is null;
create index post_review_unit on post_review (unit_id, opened_at);
create table post_review_item (
    review_id blob not null references post_review (id),
    assignment_id blob not null references assignment (id),
    verdict text check (verdict in ('keep', 'end')),
    answered_by text,
    answered_at integer,
    primary key (review_id, assignment_id)
) strict;
-- In which post somebody acts towards one party in one session, and what they chose last.
create table acting_post (
    session_id blob not null,
    party_id blob not null,
    assignment_id blob not null references assignment (id),
    chosen_at integer not null,
    primary key (session_id, party_id)
) strict;
create index acting_post_assignment on acting_post (assignment_id);
create table acting_choice (
    person_id blob not null references person (id),
    party_id blob not null,
    assignment_id blob not null references assignment (id),
    chosen_at integer not null,
    primary key (person_id, party_id)
) strict;
create table staff_import (
    id blob not null primary key,
    import_key text not null unique,
    file_digest blob not null,
    state text not null check (state in ('running', 'done', 'undone')),
    rows_all integer not null,
    done_by text not null,
    begun_at integer not null,
    ended_at integer
) strict;
create table staff_import_row (
    import_id blob not null references staff_import (id),
    row_no integer not null,
    outcome text not null,
    assignment_id blob references assignment (id),
    note text,
    primary key (import_id, row_no)
) strict;
-- The face that other rooms may join to: whether a post may still be acted in.
create view assignment_standing as
    select id as assignment_id, person_id, unit_id, state as assignment_state, valid_from as post_from, valid_until as post_until
    from assignment;
-- Faces of the units, as believed now: who is under whom, as what each stands in the tree, and what became of it.
create view unit_under as
    select descendant_id as unit_id, ancestor_id, depth, valid_from, valid_until from unit_closure;
create view unit_standing as
    select p.unit_id, u.kind as unit_kind, p.level_id, p.valid_from, p.valid_until
    from unit_place p join unit u on u.id = p.unit_id where p.superseded_at = 9223372036854775807;
create view unit_heir as
    select from_unit, to_unit, share, effective_at from unit_succession where superseded_at = 9223372036854775807;
create view unit_leader as
    select unit_id, person_id, valid_from, valid_until from unit_head where superseded_at = 9223372036854775807 and person_id is not null;
