-- What people agreed to, refused, took back and what lapsed: one ledger for every party, insert-only, with proof of the text that was shown.
-- The words that were shown, once for each wording, in both languages. No personal value is among them.
create table consent_text (
    digest blob not null primary key,
    vi text not null,
    en text not null,
    created_at integer not null
) strict;
-- seq gives the order; the latest row of a person, party and purpose is what holds. Rows of one answer share receipt_id.
create table consent_event (
    seq integer primary key autoincrement,
    id blob not null unique,
    receipt_id blob not null,
    at integer not null,
    person_id blob not null references person (id),
    party_id blob not null references party (id),
    act text not null check (act in ('given', 'declined', 'withdrawn', 'expired')),
    purpose text not null,
    version integer not null,
    scopes text not null,
    -- null: until it is withdrawn
    until_at integer,
    -- null: agreed to before texts were kept
    text_digest blob references consent_text (digest),
    locale text,
    reference text not null
) strict;
create index consent_event_person on consent_event (person_id, party_id, purpose, seq);
create index consent_event_until on consent_event (until_at) where act = 'given' and until_at is not null;
create trigger consent_event_no_update before update on consent_event
begin
    select raise(abort, 'the consent ledger is insert-only');
end;
create trigger consent_event_no_delete before delete on consent_event
begin
    select raise(abort, 'the consent ledger is insert-only');
end;
create trigger consent_text_no_update before update on consent_text
begin
    select raise(abort, 'the consent ledger is insert-only');
end;
create trigger consent_text_no_delete before delete on consent_text
begin
    select raise(abort, 'the consent ledger is insert-only');
end;
-- The face that the doors may join to: since when what a party was given before is dead.
create view consent_withdrawal as
    select person_id, party_id, at from consent_event where act = 'withdrawn';
-- What was agreed to so far. The table `consent` stays filled for the release before, which reads nothing else.
insert into consent_event (id, receipt_id, at, person_id, party_id, act, purpose, version, scopes, reference)
    select randomblob(16), randomblob(16), given_at, person_id, party_id, 'given', 'default', 1, scopes, 'migration'
    from consent;
insert into consent_event (id, receipt_id, at, person_id, party_id, act, purpose, version, scopes, reference)
    select randomblob(16), randomblob(16), withdrawn_at, person_id, party_id, 'withdrawn', 'default', 1, scopes, 'migration'
    from consent where withdrawn_at is not null;
