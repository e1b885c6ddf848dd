-- Passwords that came from another system and do not meet the rule for a new one: whoever signs in with one chooses another first.
-- Since when that is known; null for every password that was chosen here, and for those that nobody has signed in with yet.
alter table password add column weak_at bigint;
-- Everything was proved, and a new password is still to be chosen: no session exists yet. Null while a second factor is to be proved.
alter table sign_in add column pending_proof text;
