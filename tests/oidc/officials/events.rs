//! What parties are told of rights that change without anybody writing the post: by date, and by what the post rests on.

use std::time::Duration;

use idp_core::{
    office::{self, By, RoleId, Separation, Side, outbox},
    people::{self, PersonState},
};
use idp_tests::Inbox;
use serde_json::json;

use super::bureau::{Bureau, DESK};

const DAY: Duration = Duration::from_secs(86_400);

/// A bureau whose one-stop system listens.
async fn listening(engine: idp_tests::Engine) -> (Bureau, Inbox) {
    let inbox = Inbox::open(202).await;
    (Bureau::with(engine, &json!({"events_uri": inbox.address})).await, inbox)
}

/// Time passes, and everything that is due by then is done.
async fn after(bureau: &Bureau, time: Duration) {
    bureau.house.later(time.as_secs()).await;
    for _ in 0..3 {
        bureau.house.jobs().await;
    }
}

/// A journey on a server of its own whose one-stop system listens.
macro_rules! heard {
    (async fn $name:ident($bureau:ident, $inbox:ident) $body:block) => {
        mod $name {
            use super::*;

            async fn tell($bureau: &Bureau, $inbox: &Inbox) $body

            async fn on(engine: idp_tests::Engine) {
                let (bureau, inbox) = listening(engine).await;
                tell(&bureau, &inbox).await;
            }

            #[test]
            fn on_sqlite() {
                idp_tests::run(on(idp_tests::Engine::Sqlite));
            }

            #[test]
            fn on_postgres() {
                idp_tests::run(on(idp_tests::Engine::Postgres));
            }
        }
    };
}

heard! {
    async fn what_begins_and_ends_by_its_date_is_told_on_the_day(bureau, inbox) {
        after(bureau, Duration::ZERO).await;
        let an = bureau.house.citizen("Nguyễn Văn An").await;
        let mut new = bureau.new_post(&an, "22015", "chu-tich", &[DESK]).await;
        new.span.from = bureau.now() + 2 * DAY;
        new.span.until = bureau.now() + 5 * DAY;
        bureau.give(new).await;
        after(bureau, DAY).await;
        assert_eq!(inbox.changes(), ["begun"], "it is written, and not yet in force");
        after(bureau, 2 * DAY).await;
        assert_eq!(inbox.changes(), ["begun", "took-effect"]);
        after(bureau, DAY).await;
        assert_eq!(inbox.changes(), ["begun", "took-effect"], "once");
        after(bureau, 2 * DAY).await;
        assert_eq!(inbox.changes(), ["begun", "took-effect", "ran-out"]);
    }
}

heard! {
    async fn a_post_without_a_decision_runs_out_after_ninety_days(bureau, inbox) {
        after(bureau, Duration::ZERO).await;
        let an = bureau.house.citizen("Nguyễn Văn An").await;
        let mut new = bureau.new_post(&an, "22015", "chu-tich", &[DESK]).await;
        (new.span.from, new.decision) = (bureau.now(), None);
        bureau.give(new).await;
        after(bureau, 89 * DAY).await;
        assert_eq!(inbox.changes(), ["begun"]);
        after(bureau, 2 * DAY).await;
        assert_eq!(inbox.changes(), ["begun", "ran-out"]);
    }
}

heard! {
    async fn what_was_handed_on_hears_of_its_source(bureau, inbox) {
        let (an, binh) = (bureau.house.citizen("Nguyễn Văn An").await, bureau.house.citizen("Trần Thị Bình").await);
        let from = bureau.post(&an, "22015", "chu-tich", &[DESK]).await;
        let handed_on = bureau.hand_on((&an, from), &binh).await;
        after(bureau, DAY).await;
        let before = inbox.told().len();
        bureau.silence(from).await;
        after(bureau, DAY).await;
        // Of two people nothing is in any order.
        let mut told: Vec<_> = inbox.told().split_off(before).into_iter().map(|(_, post, _, change)| (post, change)).collect();
        told.sort();
        assert_eq!(told, [(from.to_string(), "changed".to_owned()), (handed_on.to_string(), "source-changed".to_owned())]);
    }
}

heard! {
    async fn a_post_that_comes_free_when_another_one_ends_is_told(bureau, inbox) {
        let (an, cx) = (bureau.house.citizen("Nguyễn Văn An").await, bureau.house.cx());
        let elder = bureau.post(&an, "22015", "chu-tich", &["thong-ke"]).await;
        let mut new = bureau.new_post(&an, "22018", "chu-tich", &[DESK]).await;
        new.kind = office::Kind::Concurrent;
        let held_back = bureau.give(new).await;
        let mut apart = bureau.new_post(&an, "22018", "chu-tich", &["tra-cuu-toan-don-vi"]).await;
        apart.kind = office::Kind::Concurrent;
        bureau.give(apart).await;
        // The catalogue changes when both are there: nobody would be given the second one beside the first.
        let side = |word: &str| Side::Role(RoleId::parse(word).expect("a word"));
        let parted = &Separation(side(DESK), side("thong-ke"));
        let done = bureau.house.db().write(&cx, |tx| Box::pin(office::separate(tx, &By::Operator, parted))).await;
        assert!(done.expect("the operator may"));
        after(bureau, DAY).await;
        let before = inbox.told().len();
        bureau.end(elder).await;
        after(bureau, Duration::ZERO).await;
        let told: Vec<_> = inbox.told().split_off(before).into_iter().map(|(_, post, _, change)| (post, change)).collect();
        assert_eq!(told, [(elder.to_string(), "ended".to_owned()), (held_back.to_string(), "separation-changed".to_owned())]);
    }
}

heard! {
    async fn a_reform_of_many_posts_is_told_in_one_turn(bureau, inbox) {
        for number in 0..40 {
            let person = bureau.house.citizen(&format!("Nguyễn Văn {}", ["An", "Bình", "Cường", "Dũng"][number % 4])).await;
            bureau.post(&person, "22015", "chu-tich", &[DESK]).await;
        }
        bureau.house.jobs().await;
        assert_eq!(inbox.changes(), ["begun"; 40], "more than are on their way at a time");
    }
}

heard! {
    async fn a_role_that_ends_a_separation_and_a_death_are_told_for_every_post_that_they_touch(bureau, inbox) {
        let an = bureau.house.citizen("Nguyễn Văn An").await;
        bureau.post(&an, "22015", "chu-tich", &[DESK]).await;
        after(bureau, DAY).await;
        let cx = bureau.house.cx();
        let side = |word: &str| Side::Role(RoleId::parse(word).expect("a word"));
        let parted = &Separation(side(DESK), side("thong-ke"));
        let done = bureau.house.db().write(&cx, |tx| Box::pin(office::separate(tx, &By::Operator, parted))).await;
        assert!(done.expect("the operator may"));
        after(bureau, DAY).await;
        assert_eq!(inbox.changes(), ["begun", "role-changed"]);
        bureau.put_desk(bureau.now() + 2 * DAY).await;
        after(bureau, DAY).await;
        assert_eq!(inbox.changes(), ["begun", "role-changed", "role-changed"], "its end was set");
        after(bureau, 2 * DAY).await;
        assert_eq!(inbox.changes(), ["begun", "role-changed", "role-changed", "role-changed"], "its end came");
        let (cx, an) = (bureau.house.cx(), an.id);
        let died = bureau.house.db().write(&cx, |tx| {
            Box::pin(async move {
                people::set_person_state(tx, an, PersonState::Deceased, None).await?;
                outbox::person_changed(tx, an).await
            })
        });
        died.await.expect("writes");
        after(bureau, DAY).await;
        assert_eq!(inbox.changes().last().map(String::as_str), Some("person-changed"));
    }
}
