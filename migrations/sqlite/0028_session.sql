-- What was found about a reported sign-in, for whoever reported it; since when a passkey is to be offered after a recovery; and when somebody
-- said what is known of them.
alter table sign_in_report add column found text;
create index sign_in_report_open on sign_in_report (created_at, number) where state = 'open';
-- Null: nothing was recovered, or the holder has answered the offer.
alter table webauthn_user add column recovered_at integer;
-- Null: as old as the row.
alter table person add column profile_at integer;
alter table account add column locale_at integer;
