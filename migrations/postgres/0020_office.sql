-- What changed in the rights of officials, told to the parties to which their roles speak, in order, until they have it.
-- `also`: roles that the post had before and has no more, JSON; what it has now stands with the post.
create table rights_event (
    seq bigserial primary key,
    assignment_id uuid not null references assignment (id),
    person_id uuid not null references person (id),
    revision bigint not null,
    change text not null,
    also text,
    happened_at bigint not null,
    handed_out_at bigint
);
create index rights_event_open on rights_event (seq) where handed_out_at is null;
create table rights_delivery (
    event_seq bigint not null references rights_event (seq),
    party_id uuid not null references party (id),
    person_id uuid not null,
    tries bigint not null,
    due_at bigint not null,
    created_at bigint not null,
    delivered_at bigint,
    dead_at bigint,
    primary key (event_seq, party_id)
);
create index rights_delivery_due on rights_delivery (due_at) where delivered_at is null and dead_at is null;
create index rights_delivery_order on rights_delivery (party_id, person_id, event_seq) where delivered_at is null and dead_at is null;
create index rights_delivery_dead on rights_delivery (party_id, event_seq) where dead_at is not null;
