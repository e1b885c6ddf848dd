//! The reform with officials in place: nobody gains, nobody loses, and taking it back brings everybody home.

use idp_core::{
    office::{self, By, HandOn, Kind, Limits, NewAssignment, RoleId, Separation, Side, Wanted, Word},
    org::Span,
    store::Actor,
};
use idp_tests::Engine;
use serde_json::{Value, json};

use super::staff::{Person, Post, Staff, day, gso, roles, set, unit, word};

const REFORM: &str = "2025-07-01";

async fn may(staff: &Staff, (person, post): (Person, Post), code: &str, code_at: &str, at: &str) -> bool {
    let mut conn = staff.db.read().await.expect("reads");
    let permission = Word::parse("mot-cua/view").expect("a word");
    let wanted = Wanted { person, post, permission, unit: staff.unit(code, code_at).await, party: None };
    !office::may(&mut conn, &wanted, day(at)).await.expect("reads").by.is_empty()
}

/// The post in which somebody goes on.
async fn now_in(staff: &Staff, person: Person, at: &str) -> Post {
    let mut conn = staff.db.read().await.expect("reads");
    let world = office::world(&mut conn, person, day(at)).await.expect("reads");
    let posts: Vec<Post> =
        world.posts_of(person).into_iter().filter(|post| post.counts_at(day(at))).map(|post| post.id).collect();
    assert_eq!(posts.len(), 1, "one post counts");
    posts[0]
}

/// Both provinces become a new one, and two communes of the first a new commune.
fn reform() -> Value {
    json!([
        {"op": "merge", "whole": [{"unit": gso("54")}, {"unit": gso("66")}],
            "into": {"new": unit("66", "province", "tinh", &gso("VN"))}},
        {"op": "move", "from": gso("54"), "to": {"ref": "66"}},
        {"op": "move", "from": gso("66"), "to": {"ref": "66"}},
        {"op": "merge", "whole": [{"unit": gso("22015")}, {"unit": gso("22018")}],
            "into": {"new": unit("22016", "commune", "xa", &json!({"ref": "66"}))}}])
}

#[test]
fn row_201_no_official_gains_or_loses_by_the_merger_of_their_province() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            let staff = Staff::of(engine).await;
            let (an, binh, cuc, dung) = (
                staff.person("Nguyễn Văn An").await,
                staff.person("Trần Thị Bình").await,
                staff.person("Lê Thị Cúc").await,
                staff.person("Phạm Văn Dũng").await,
            );
            let of_54 = staff.install(&staff.new_post(an, "54", &["lanh-dao-don-vi"]).await).await;
            let of_66 = staff.install(&staff.new_post(binh, "66", &["chuyen-vien-thu-ly"]).await).await;
            staff.install(&staff.new_post(cuc, "22015", &["chuyen-vien-thu-ly"]).await).await;
            let what = HandOn {
                from: of_54,
                to: dung,
                roles: roles(&["lanh-dao-don-vi"]),
                scope: office::Scope::Subtree,
                span: Span { from: staff.now(), until: day("2025-12-01") },
                // Without a decision ninety days are the most, and the reform lies further ahead.
                decision: Some(office::Confirmed { number: "7/GUQ".into(), date: staff.now().day() }),
                limits: Limits::default(),
            };
            let handed = staff.hand_on(an, &what).await.expect("is handed on").post;
            let operations = reform();
            let done = staff.change(&set(REFORM, &operations)).await.expect("is approved");
            assert_eq!(done.carried, 4, "{engine:?}");
            let before = "2025-06-30";
            // Until the day itself, everything is as it was.
            for (who, code, expected) in
                [((an, of_54), "22015", true), ((an, of_54), "24133", false), ((binh, of_66), "24133", true)]
            {
                assert_eq!(may(&staff, who, code, before, before).await, expected, "{engine:?}: before, {code}");
            }
            let new_54 = (an, now_in(&staff, an, REFORM).await);
            let new_66 = (binh, now_in(&staff, binh, REFORM).await);
            let new_commune = (cuc, now_in(&staff, cuc, REFORM).await);
            let new_handed = (dung, now_in(&staff, dung, REFORM).await);
            assert!(new_54.1 != of_54 && new_handed.1 != handed);
            for (what, who, code, code_at, expected) in [
                ("the own old territory", new_54, "22015", before, true),
                ("the unit made wholly of it", new_54, "22016", REFORM, true),
                ("the other province's commune", new_54, "24133", REFORM, false),
                ("the new province as a whole", new_54, "66", REFORM, false),
                ("the own old territory of the other", new_66, "24133", REFORM, true),
                ("the first one's", new_66, "22016", REFORM, false),
                ("the old commune", new_commune, "22015", before, true),
                ("the neighbour's old commune", new_commune, "22018", before, false),
                ("the merged commune", new_commune, "22016", REFORM, false),
                ("what was handed on goes along", new_handed, "22016", REFORM, true),
                ("and is no more than its giver's", new_handed, "24133", REFORM, false),
            ] {
                assert_eq!(may(&staff, who, code, code_at, REFORM).await, expected, "{engine:?}: {what}");
            }
            assert!(!may(&staff, (an, of_54), "22015", before, REFORM).await, "{engine:?}: the old post is over");
            staff.undo(done.set).await.expect("is undone");
            assert_eq!(now_in(&staff, an, REFORM).await, of_54, "{engine:?}: everybody is home");
            assert!(may(&staff, (an, of_54), "22018", REFORM, REFORM).await);
            assert!(may(&staff, (dung, handed), "22018", REFORM, REFORM).await);
            assert!(!may(&staff, (an, of_54), "24133", REFORM, REFORM).await);
        }
    });
}

#[test]
fn what_somebody_lost_after_the_reform_does_not_come_back_with_its_undoing() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            let staff = Staff::of(engine).await;
            let an = staff.person("Nguyễn Văn An").await;
            let old = staff.install(&staff.new_post(an, "22015", &["chuyen-vien-thu-ly", "thong-ke"]).await).await;
            let operations = json!([{"op": "merge", "whole": [{"unit": gso("22015")}, {"unit": gso("22018")}],
                "into": {"new": unit("22016", "commune", "xa", &gso("54"))}}]);
            staff.set_day("2025-06-01");
            let done = staff.change(&set("2025-06-01", &operations)).await.expect("is approved");
            let new = now_in(&staff, an, "2025-06-01").await;
            staff.set_day("2025-06-03");
            let edit = office::Edit { roles: Some(roles(&["thong-ke"])), ..office::Edit::default() };
            let (edit, seen) = (&edit, office::Seen { post: new, revision: None });
            let changed = staff
                .db
                .write(&staff.cx(Actor::Operator("root#0".into())), |tx| {
                    Box::pin(office::change(tx, &office::By::Operator, seen, edit.clone()))
                })
                .await;
            changed.expect("the operator takes a role");
            staff.undo(done.set).await.expect("is undone");
            assert_eq!(staff.held((an, old), staff.now()).await, Ok(vec!["thong-ke".to_owned()]), "{engine:?}");
            let ended = staff
                .db
                .write(&staff.cx(Actor::Operator("root#0".into())), |tx| {
                    Box::pin(office::change(tx, &office::By::Operator, seen, edit.clone()))
                })
                .await;
            assert_eq!(word(ended), "wrong-state", "{engine:?}: the carried post is over");
        }
    });
}

#[test]
fn being_carried_over_makes_no_post_younger() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            let staff = Staff::of(engine).await;
            let an = staff.person("Nguyễn Văn An").await;
            staff.install(&staff.new_post(an, "22015", &["thong-ke"]).await).await;
            let beside =
                NewAssignment { kind: Kind::Concurrent, ..staff.new_post(an, "54", &["chuyen-vien-thu-ly"]).await };
            let beside = staff.install(&beside).await;
            let side = |word: &str| Side::Role(RoleId::parse(word).expect("a word"));
            let parted = &Separation(side("thong-ke"), side("chuyen-vien-thu-ly"));
            let cx = staff.cx(Actor::Operator("root#0".into()));
            let done = staff.db.write(&cx, |tx| Box::pin(office::separate(tx, &By::Operator, parted))).await;
            assert!(done.expect("the operator may"));
            for (day_of, set_of) in [("2025-06-01", None), ("2025-06-10", Some("22016")), ("2025-06-20", Some("22017"))]
            {
                staff.set_day(day_of);
                if let Some(new) = set_of {
                    let old = if new == "22016" { "22015" } else { "22016" };
                    let merge = json!([{"op": "merge", "whole": [{"unit": gso(old)}], "into": {"new": unit(new, "commune", "xa", &gso("54"))}}]);
                    assert_eq!(staff.change(&set(day_of, &merge)).await.expect("is approved").carried, 1, "{engine:?}");
                }
                let mut conn = staff.db.read().await.expect("reads");
                let world = office::world(&mut conn, an, day(day_of)).await.expect("reads");
                let posts: Vec<Post> =
                    world.posts_of(an).iter().filter(|post| post.counts_at(staff.now())).map(|post| post.id).collect();
                assert_eq!((posts.len(), posts[1]), (2, beside), "{engine:?}: the carried one stays the first");
                assert_eq!(
                    staff.held((an, posts[0]), staff.now()).await,
                    Ok(vec!["thong-ke".to_owned()]),
                    "{engine:?} {day_of}"
                );
                assert_eq!(
                    staff.held((an, beside), staff.now()).await,
                    Ok(Vec::new()),
                    "{engine:?} {day_of}: nothing comes free"
                );
            }
        }
    });
}

#[test]
fn whoever_serves_over_one_unit_keeps_what_names_it_by_its_old_id() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            let staff = Staff::of(engine).await;
            let an = staff.person("Nguyễn Văn An").await;
            let alone = staff.new_post(an, "22015", &["chuyen-vien-thu-ly"]).await;
            staff.install(&NewAssignment { scope: office::Scope::Unit, ..alone }).await;
            let operations = json!([{"op": "merge", "whole": [{"unit": gso("22015")}],
                "into": {"new": unit("22016", "commune", "xa", &gso("54"))}}]);
            staff.change(&set(REFORM, &operations)).await.expect("is approved");
            let new = (an, now_in(&staff, an, REFORM).await);
            for (code, code_at, expected) in
                [("22016", REFORM, true), ("22015", "2025-06-30", true), ("22018", REFORM, false)]
            {
                assert_eq!(may(&staff, new, code, code_at, REFORM).await, expected, "{engine:?}: {code}");
            }
        }
    });
}

#[test]
fn row_201_whoever_comes_into_a_unit_that_was_there_does_not_get_all_of_it() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            let staff = Staff::of(engine).await;
            let (an, binh, cuc) = (
                staff.person("Nguyễn Văn An").await,
                staff.person("Trần Thị Bình").await,
                staff.person("Lê Thị Cúc").await,
            );
            let taken_in = staff.new_post(an, "22018", &["chuyen-vien-thu-ly"]).await;
            staff.install(&NewAssignment { scope: office::Scope::Unit, ..taken_in }).await;
            let host = staff.install(&staff.new_post(binh, "22015", &["chuyen-vien-thu-ly"]).await).await;
            // The province goes on in one of its own communes, as a district does that ends.
            let above = staff.install(&staff.new_post(cuc, "54", &["chuyen-vien-thu-ly"]).await).await;
            let operations =
                json!([{"op": "merge", "whole": [{"unit": gso("22018")}], "into": {"existing": gso("22015")}}]);
            staff.change(&set("2025-06-01", &operations)).await.expect("is approved");
            let operations = json!([
                {"op": "reparent", "unit": gso("22015"), "parent": gso("66")},
                {"op": "dissolve", "unit": gso("54"), "successors": [{"unit": gso("22015"), "share": "whole", "default": true}]}]);
            staff.change(&set(REFORM, &operations)).await.expect("is approved");
            let (before, june) = ("2025-05-31", "2025-06-01");
            let new_an = (an, now_in(&staff, an, june).await);
            let new_cuc = (cuc, now_in(&staff, cuc, REFORM).await);
            assert_ne!(new_cuc.1, above);
            for (what, who, code, code_at, at, expected) in [
                ("what was theirs", new_an, "22018", before, june, true),
                ("the unit that took them in", new_an, "22015", june, june, false),
                ("which its own people keep", (binh, host), "22015", june, june, true),
                ("with what came to it, as one unit", (binh, host), "22018", before, june, false),
                ("of a whole that goes on in a part of it, that part", new_cuc, "22015", REFORM, REFORM, true),
                ("and the rest, too", new_cuc, "22018", before, REFORM, true),
                ("and what was its own", new_cuc, "54", before, REFORM, true),
                ("and nothing beside it", new_cuc, "24133", REFORM, REFORM, false),
            ] {
                assert_eq!(may(&staff, who, code, code_at, at).await, expected, "{engine:?}: {what}");
            }
        }
    });
}
