-- What a credential proved ends with it, also where another one proved it again later; and a recovery that waited is proved once more.
create table session_proof (
    session_id blob not null references session (id),
    credential_id blob not null references credential (id),
    primary key (session_id, credential_id)
) strict;
create index session_proof_credential on session_proof (credential_id);
insert into session_proof (session_id, credential_id)
    select id, credential_id from session where credential_id is not null;
-- The face that the doors may join to: which sessions, alive or not, a credential has proved.
create view session_proved as
    select session_id, credential_id from session_proof;
-- Since when the new password may be typed: half an hour from the last proof. Null: a factor is still to be proved, or to be proved again.
alter table recovery add column opened_at integer;
