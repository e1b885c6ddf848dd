-- The audit log: written in the transaction of the change it tells of, never changed, chained by one sealer afterwards.
create table audit_event (
    seq integer primary key autoincrement,
    id blob not null unique,
    at integer not null,
    kind text not null,
    class text not null,
    person_id blob,
    party_id blob,
    body text not null,
    personal blob,
    key_owner blob
) strict;
create index audit_event_person on audit_event (person_id, seq);
create index audit_event_party on audit_event (party_id, seq);
-- The key under which the personal values of one person's events lie. Erasure deletes this row and breaks no chain.
create table audit_key (
    owner blob not null primary key,
    sealed blob not null,
    seal_key_id text not null,
    created_at integer not null
) strict;
create table audit_seal (
    position integer not null primary key,
    seq integer not null unique,
    record blob not null,
    chain blob not null
) strict;
create table audit_head (
    position integer not null primary key,
    chain blob not null,
    signature text not null,
    signed_at integer not null
) strict;
-- A range of one retention class that was written to a file; only rows so covered may leave the log.
create table audit_segment (
    id blob not null primary key,
    class text not null,
    from_seq integer not null,
    until_seq integer not null,
    records integer not null,
    digest blob not null,
    file text not null,
    archived_at integer not null
) strict;
create trigger audit_event_no_update before update on audit_event
begin
    select raise(abort, 'the audit log is insert-only');
end;
create trigger audit_event_no_delete before delete on audit_event
when not exists (select 1 from audit_segment s
                 where s.class = old.class and old.seq >= s.from_seq and old.seq < s.until_seq)
begin
    select raise(abort, 'the audit log is insert-only');
end;
create trigger audit_seal_no_update before update on audit_seal
begin
    select raise(abort, 'the audit log is insert-only');
end;
create trigger audit_seal_no_delete before delete on audit_seal
begin
    select raise(abort, 'the audit log is insert-only');
end;
create trigger audit_head_no_update before update on audit_head
begin
    select raise(abort, 'the audit log is insert-only');
end;
create trigger audit_head_no_delete before delete on audit_head
begin
    select raise(abort, 'the audit log is insert-only');
end;
create trigger audit_segment_no_update before update on audit_segment
begin
    select raise(abort, 'the audit log is insert-only');
end;
create trigger audit_segment_no_delete before delete on audit_segment
begin
    select raise(abort, 'the audit log is insert-only');
end;
