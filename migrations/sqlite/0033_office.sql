-- Posts that somebody lost through somebody else and was not told of yet: written in the transaction of the change, removed in that of the word.
create table post_ending (
    seq integer primary key autoincrement,
    assignment_id blob not null references assignment (id),
    ended_from_at integer not null,
    because text not null,
    noted_at integer not null
) strict;
