-- What was applied: the SHA-256 of the text of each step, so that a database made by another text of the same name is noticed.
alter table migration add column digest blob;
