-- The audit log: written in the transaction of the change it tells of, never changed, chained by one sealer afterwards.
create table audit_event (
    seq bigserial not null primary key,
    id uuid not null unique,
    at bigint not null,
    kind text not null,
    class text not null,
    person_id uuid,
    party_id uuid,
    body text not null,
    personal bytea,
    key_owner uuid
);
create index audit_event_person on audit_event (person_id, seq);
create index audit_event_party on audit_event (party_id, seq);
-- The key under which the personal values of one person's events lie. Erasure deletes this row and breaks no chain.
create table audit_key (
    owner uuid not null primary key,
    sealed bytea not null,
    seal_key_id text not null,
    created_at bigint not null
);
create table audit_seal (
    position bigint not null primary key,
    seq bigint not null unique,
    record bytea not null,
    chain bytea not null
);
create table audit_head (
    position bigint not null primary key,
    chain bytea not null,
    signature text not null,
    signed_at bigint not null
);
-- A range of one retention class that was written to a file; only rows so covered may leave the log.
create table audit_segment (
    id uuid not null primary key,
    class text not null,
    from_seq bigint not null,
    until_seq bigint not null,
    records bigint not null,
    digest bytea not null,
    file text not null,
    archived_at bigint not null
);
create function audit_refuse() returns trigger language plpgsql as $$
begin
    raise exception 'the audit log is insert-only';
end $$;
create function audit_refuse_uncovered() returns trigger language plpgsql as $$
begin
    if exists (select 1 from audit_segment s
               where s.class = old.class and old.seq >= s.from_seq and old.seq < s.until_seq) then
        return old;
    end if;
    raise exception 'the audit log is insert-only';
end $$;
create trigger audit_event_no_update before update on audit_event for each row execute function audit_refuse();
create trigger audit_event_no_delete before delete on audit_event for each row execute function audit_refuse_uncovered();
create trigger audit_seal_no_update before update or delete on audit_seal for each row execute function audit_refuse();
create trigger audit_head_no_update before update or delete on audit_head for each row execute function audit_refuse();
create trigger audit_segment_no_update before update or delete on audit_segment for each row execute function audit_refuse();
create trigger audit_event_no_truncate before truncate on audit_event for each statement execute function audit_refuse();
create trigger audit_seal_no_truncate before truncate on audit_seal for each statement execute function audit_refuse();
