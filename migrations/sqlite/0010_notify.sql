-- The outbox of messages to people. Recipient and text are personal, so they lie sealed.
create table message (
    id blob not null primary key,
    sealed blob not null,
    seal_key_id text not null,
    tries integer not null,
    due_at integer not null,
    created_at integer not null,
    sent_at integer,
    given_up_at integer
) strict;
create index message_due on message (due_at) where sent_at is null and given_up_at is null;
