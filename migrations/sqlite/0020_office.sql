-- What changed in the rights of officials, told to the parties to which their roles speak, in order, until they have it.
-- `also`: roles that the post had before and has no more, JSON; what it has now stands with the post.
create table rights_event (
    seq integer primary key autoincrement,
    assignment_id blob not null references assignment (id),
    person_id blob not null references person (id),
    revision integer not null,
    change text not null,
    also text,
    happened_at integer not null,
    handed_out_at integer
) strict;
create index rights_event_open on rights_event (seq) where handed_out_at is null;
create table rights_delivery (
    event_seq integer not null references rights_event (seq),
    party_id blob not null references party (id),
    person_id blob not null,
    tries integer not null,
    due_at integer not null,
    created_at integer not null,
    delivered_at integer,
    dead_at integer,
    primary key (event_seq, party_id)
) strict;
create index rights_delivery_due on rights_delivery (due_at) where delivered_at is null and dead_at is null;
create index rights_delivery_order on rights_delivery (party_id, person_id, event_seq) where delivered_at is null and dead_at is null;
create index rights_delivery_dead on rights_delivery (party_id, event_seq) where dead_at is not null;
