-- The posts that sleep, for lists of them: few among many.
create index assignment_dormant on assignment (id) where dormant_at is not null;
