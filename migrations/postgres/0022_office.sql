-- Why somebody handed something on, in their own words: both sides and who approves read it.
create table post_reason (
    assignment_id uuid not null primary key references assignment (id),
    reason text not null check (length(reason) between 1 and 500),
    written_at bigint not null
);
