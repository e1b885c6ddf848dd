-- The outbox of messages to people. Recipient and text are personal, so they lie sealed.
create table message (
    id uuid not null primary key,
    sealed bytea not null,
    seal_key_id text not null,
    tries bigint not null,
    due_at bigint not null,
    created_at bigint not null,
    sent_at bigint,
    given_up_at bigint
);
create index message_due on message (due_at) where sent_at is null and given_up_at is null;
