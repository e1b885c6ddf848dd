-- Units in time: what each one was called, numbered, ranked and placed under, since when, until when, and what was believed of it when.
-- A fact is never edited: what ends it stamps `superseded_at` and writes the shortened one. 9223372036854775807 means for ever.
create table change_set (
    id blob not null primary key,
    state text not null check (state in ('draft', 'submitted', 'approved', 'refused', 'withdrawn', 'undone')),
    purpose text not null check (purpose in ('change', 'correction', 'load', 'undo')),
    title text not null,
    decision_no text not null,
    decision_date text not null,
    signer text not null,
    file_digest blob not null,
    effective_at integer not null,
    body text not null,
    operations integer not null,
    revision integer not null,
    written_by text not null,
    drafted_at integer not null,
    requested_by text,
    requested_at integer,
    approved_by text,
    approved_at integer,
    believed_at integer,
    closed_by text,
    closed_at integer,
    closed_because text,
    undo_until_at integer,
    undoes blob references change_set (id),
    undone_by blob references change_set (id),
    effect_noted_at integer
) strict;
create index change_set_state on change_set (state, id);
create index change_set_effect on change_set (effective_at) where state = 'approved' and effect_noted_at is null;
create index change_set_undoes on change_set (undoes) where undoes is not null;
-- The instant from which the last approved set is believed. Approvals take this row first, so they stand in one line.
create table unit_ledger (
    name text not null primary key,
    believed_at integer not null
) strict;
insert into unit_ledger (name, believed_at) values ('units', 0);
create table unit (
    id blob not null primary key,
    kind text not null check (kind in ('territory', 'agency', 'department', 'body', 'service-unit', 'party-body', 'council', 'committee')),
    created_at integer not null,
    set_id blob not null references change_set (id),
    provenance text
) strict;
-- The units that a set changed, and those it stands on: parents and heirs.
create table change_set_unit (
    set_id blob not null references change_set (id),
    unit_id blob not null references unit (id),
    part text not null check (part in ('changed', 'used')),
    primary key (set_id, unit_id)
) strict;
create index change_set_unit_unit on change_set_unit (unit_id);
create table unit_level (
    id blob not null primary key,
    level_id text not null,
    rank integer not null,
    label_vi text not null,
    label_en text not null,
    valid_from integer not null,
    valid_until integer not null,
    recorded_at integer not null,
    superseded_at integer not null,
    set_id blob not null references change_set (id),
    superseded_by blob references change_set (id)
) strict;
create unique index unit_level_believed on unit_level (level_id, valid_from) where superseded_at = 9223372036854775807;
-- What a unit is called by its kind, beside its level: labels only, so they need no time of their own.
create table unit_form (
    id text not null primary key,
    level_id text,
    label_vi text not null,
    label_en text not null
) strict;
insert into unit_form (id, level_id, label_vi, label_en) values
    ('trung-uong', 'central', 'Trung ương', 'Central government'),
    ('tinh', 'province', 'Tỉnh', 'Province'),
    ('thanh-pho-truc-thuoc-trung-uong', 'province', 'Thành phố trực thuộc trung ương', 'Centrally governed city'),
    ('huyen', 'district', 'Huyện', 'Rural district'),
    ('quan', 'district', 'Quận', 'Urban district'),
    ('thi-xa', 'district', 'Thị xã', 'Town'),
    ('thanh-pho', 'district', 'Thành phố thuộc tỉnh', 'Provincial city'),
    ('xa', 'commune', 'Xã', 'Commune'),
    ('phuong', 'commune', 'Phường', 'Ward'),
    ('thi-tran', 'commune', 'Thị trấn', 'Township'),
    ('dac-khu', 'commune', 'Đặc khu', 'Special zone'),
    ('hoi-dong-nhan-dan', null, 'Hội đồng nhân dân', 'People''s Council'),
    ('uy-ban-nhan-dan', null, 'Ủy ban nhân dân', 'People''s Committee'),
    ('to-chuc-dang', null, 'Tổ chức Đảng', 'Party organisation'),
    ('so', null, 'Sở', 'Department'),
    ('ban', null, 'Ban', 'Board'),
    ('van-phong', null, 'Văn phòng', 'Office'),
    ('phong', null, 'Phòng', 'Division'),
    ('chi-cuc', null, 'Chi cục', 'Sub-department'),
    ('trung-tam', null, 'Trung tâm', 'Centre'),
    ('bo-phan-mot-cua', null, 'Bộ phận một cửa', 'One-stop desk'),
    ('don-vi-su-nghiep', null, 'Đơn vị sự nghiệp công lập', 'Public service unit');
-- A unit exists exactly while it has a place; only the root has no parent.
create table unit_place (
    id blob not null primary key,
    unit_id blob not null references unit (id),
    parent_id blob references unit (id),
    level_id text not null,
    form_id text not null references unit_form (id),
    valid_from integer not null,
    valid_until integer not null,
    recorded_at integer not null,
    superseded_at integer not null,
    set_id blob not null references change_set (id),
    superseded_by blob references change_set (id)
) strict;
create unique index unit_place_believed on unit_place (unit_id, valid_from) where superseded_at = 9223372036854775807;
create index unit_place_unit on unit_place (unit_id, superseded_at);
create index unit_place_parent on unit_place (parent_id, superseded_at);
create index unit_place_level on unit_place (level_id, superseded_at);
create index unit_place_set on unit_place (set_id);
create index unit_place_superseded_by on unit_place (superseded_by) where superseded_by is not null;
create table unit_name (
    id blob not null primary key,
    unit_id blob not null references unit (id),
    name_vi text not null,
    name_en text,
    folded text not null,
    valid_from integer not null,
    valid_until integer not null,
    recorded_at integer not null,
    superseded_at integer not null,
    set_id blob not null references change_set (id),
    superseded_by blob references change_set (id)
) strict;
create unique index unit_name_believed on unit_name (unit_id, valid_from) where superseded_at = 9223372036854775807;
create index unit_name_unit on unit_name (unit_id, superseded_at);
create index unit_name_folded on unit_name (folded);
create index unit_name_set on unit_name (set_id);
create index unit_name_superseded_by on unit_name (superseded_by) where superseded_by is not null;
-- A code means scheme, value and instant. `code_groups` is the same for the old and the new form of an agency's code.
create table unit_code (
    id blob not null primary key,
    unit_id blob not null references unit (id),
    scheme text not null check (scheme in ('gso', 'agency-2020', 'agency-2016', 'internal')),
    value text not null,
    code_groups text not null,
    valid_from integer not null,
    valid_until integer not null,
    recorded_at integer not null,
    superseded_at integer not null,
    set_id blob not null references change_set (id),
    superseded_by blob references change_set (id)
) strict;
create unique index unit_code_believed on unit_code (scheme, value, valid_from) where superseded_at = 9223372036854775807;
create index unit_code_unit on unit_code (unit_id, superseded_at);
create index unit_code_value on unit_code (value, scheme);
create index unit_code_groups on unit_code (code_groups);
create index unit_code_set on unit_code (set_id);
create index unit_code_superseded_by on unit_code (superseded_by) where superseded_by is not null;
create table unit_head (
    id blob not null primary key,
    unit_id blob not null references unit (id),
    person_id blob references person (id),
    title text not null,
    valid_from integer not null,
    valid_until integer not null,
    recorded_at integer not null,
    superseded_at integer not null,
    set_id blob not null references change_set (id),
    superseded_by blob references change_set (id)
) strict;
create unique index unit_head_believed on unit_head (unit_id, valid_from) where superseded_at = 9223372036854775807;
create index unit_head_unit on unit_head (unit_id, superseded_at);
create index unit_head_set on unit_head (set_id);
create index unit_head_superseded_by on unit_head (superseded_by) where superseded_by is not null;
-- Who was under whom, as believed now; a unit is under itself at depth 0. Made from `unit_place` and never a source.
create table unit_closure (
    ancestor_id blob not null,
    descendant_id blob not null,
    depth integer not null,
    valid_from integer not null,
    valid_until integer not null,
    primary key (descendant_id, ancestor_id, valid_from)
) strict;
create index unit_closure_down on unit_closure (ancestor_id, descendant_id, valid_from, valid_until);
create table unit_succession (
    id blob not null primary key,
    from_unit blob not null references unit (id),
    to_unit blob not null references unit (id),
    share text not null check (share in ('whole', 'part')),
    is_default text not null check (is_default in ('yes', 'no')),
    checked text not null check (checked in ('yes', 'no')),
    effective_at integer not null,
    source text,
    recorded_at integer not null,
    superseded_at integer not null,
    set_id blob not null references change_set (id),
    superseded_by blob references change_set (id)
) strict;
create unique index unit_succession_believed on unit_succession (from_unit, to_unit, effective_at)
    where superseded_at = 9223372036854775807;
create index unit_succession_to on unit_succession (to_unit, superseded_at);
create index unit_succession_set on unit_succession (set_id);
create index unit_succession_superseded_by on unit_succession (superseded_by) where superseded_by is not null;
