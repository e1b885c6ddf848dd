-- Officials are looked for by name, and names lie sealed: the words of an official's name as blind indexes (decision 0018).
create table person_name_word (
    person_id uuid not null references person (id),
    key_id text not null,
    digest bytea not null,
    primary key (person_id, key_id, digest)
);
create index person_name_word_digest on person_name_word (digest, person_id);
-- The face by which the office finds holders of posts, and those whose words are missing.
create view person_name_face as select person_id, key_id, digest from person_name_word;
