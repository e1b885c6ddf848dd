-- Posts that somebody lost through somebody else and was not told of yet: written in the transaction of the change, removed in that of the word.
create table post_ending (
    seq bigserial primary key,
    assignment_id uuid not null references assignment (id),
    ended_from_at bigint not null,
    because text not null,
    noted_at bigint not null
);
