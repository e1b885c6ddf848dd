-- An official may also act as a citizen towards a party: then no post stands in the choice. No door of the release before asked for either table.
drop table acting_post;
drop table acting_choice;
-- In which post somebody acts towards one party in one session, and what they chose last; null: in none, as themself.
create table acting_post (
    session_id uuid not null,
    party_id uuid not null,
    assignment_id uuid references assignment (id),
    chosen_at bigint not null,
    primary key (session_id, party_id)
);
create index acting_post_assignment on acting_post (assignment_id);
create table acting_choice (
    person_id uuid not null references person (id),
    party_id uuid not null,
    assignment_id uuid references assignment (id),
    chosen_at bigint not null,
    primary key (person_id, party_id)
);
