//! Giving, approving, changing, handing on and ending, in real transactions.

use std::{collections::BTreeSet, time::Duration};

use idp_core::{
    office::{self, By, Edit, HandOn, Limits, Scope, Seen, Verdict, Wanted, With, Word, watch},
    org::Span,
    store::Actor,
    types::{Id, id},
};
use idp_tests::Engine;

use super::staff::{Person, Post, Staff, day, roles, word};

struct Cast {
    staff: Staff,
    owner: (Person, Post),
    second: (Person, Post),
    province: (Person, Post),
    commune: (Person, Post),
}

async fn cast(engine: Engine) -> Cast {
    let staff = Staff::of(engine).await;
    let (an, binh) = (staff.person("Nguyễn Văn An").await, staff.person("Trần Thị Bình").await);
    let (cuc, dung) = (staff.person("Lê Thị Cúc").await, staff.person("Phạm Văn Dũng").await);
    // The first owner has nobody who could approve; the second one has.
    let owner = staff.install(&staff.new_post(an, "VN", &["quan-tri-nen-tang"]).await).await;
    assert_eq!(staff.held((an, owner), staff.now()).await, Ok(vec!["quan-tri-nen-tang".to_owned()]));
    let owner = (an, owner);
    let asked = staff.assign(owner, &staff.new_post(binh, "VN", &["quan-tri-nen-tang"]).await).await.expect("is asked");
    assert!(asked.waits);
    assert_eq!(staff.held((binh, asked.post), staff.now()).await, Err("approved"));
    let seen = Seen { post: asked.post, revision: Some(1) };
    let approve = async |who: Person, by: Post, seen: Seen| {
        let by = By::Post(by);
        let by = &by;
        staff
            .db
            .write(&staff.cx(Actor::Person(who)), |tx| Box::pin(office::decide(tx, by, seen, Verdict::Approve)))
            .await
    };
    assert_eq!(word(approve(an, owner.1, seen).await), "same-person");
    let operator = staff
        .db
        .write(&staff.cx(Actor::Operator("root#0".into())), |tx| {
            Box::pin(office::decide(tx, &By::Operator, seen, Verdict::Approve))
        })
        .await;
    let second = (binh, operator.expect("the operator is somebody else").post);
    let province = staff.assign(owner, &staff.new_post(cuc, "54", &["quan-tri-tinh"]).await).await.expect("is asked");
    let seen = Seen { post: province.post, revision: None };
    approve(binh, second.1, seen).await.expect("a second owner approves");
    let province = (cuc, province.post);
    let commune = staff.assign(province, &staff.new_post(dung, "22015", &["quan-tri-don-vi"]).await).await;
    let commune = (dung, commune.expect("the province gives it").post);
    Cast { staff, owner, second, province, commune }
}

#[test]
fn row_193_administrators_give_what_is_theirs_to_give_and_nothing_is_written_of_the_rest() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            let Cast { staff, province, commune, .. } = cast(engine).await;
            let em = staff.person("Hoàng Thị Em").await;
            let before = staff.count("select count(*) as n from assignment").await;
            let foreign = staff.new_post(em, "24133", &["nhan-ho-so"]).await;
            assert_eq!(word(staff.assign(commune, &foreign).await), "other-unit");
            assert_eq!(word(staff.assign(province, &foreign).await), "other-unit");
            let own = staff.new_post(commune.0, "22015", &["nhan-ho-so"]).await;
            assert_eq!(word(staff.assign(commune, &own).await), "oneself");
            let higher = staff.new_post(em, "22015", &["quan-tri-don-vi"]).await;
            assert_eq!(word(staff.assign(commune, &higher).await), "too-high");
            // Somebody else's post is not a post to act in.
            let clerk = staff.new_post(em, "22015", &["nhan-ho-so"]).await;
            assert_eq!(word(staff.assign((em, province.1), &clerk).await), "not-acting");
            assert_eq!(staff.count("select count(*) as n from assignment").await, before, "{engine:?}");
            let given = staff.assign(commune, &clerk).await.expect("a clerk in the own commune");
            assert_eq!(staff.held((em, given.post), staff.now()).await, Ok(vec!["nhan-ho-so".to_owned()]));
            let clashing = staff.new_post(em, "22018", &["phe-duyet"]).await;
            assert_eq!(word(staff.assign(province, &clashing).await), "separated");
            let joined = "select count(*) as n from staff_move where workflow = 'joiner'";
            assert_eq!(staff.count(joined).await, 5, "{engine:?}");
        }
    });
}

#[test]
fn row_208_two_who_edit_one_post_do_not_lose_each_others_work() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            let Cast { staff, province, commune, .. } = cast(engine).await;
            let em = staff.person("Hoàng Thị Em").await;
            let clerk = staff.new_post(em, "22015", &["nhan-ho-so"]).await;
            let given = staff.assign(commune, &clerk).await.expect("is given");
            let seen = Seen { post: given.post, revision: Some(given.revision) };
            let edit = async |by: (Person, Post), words: &[&str]| {
                let (acting, edit) = (By::Post(by.1), Edit { roles: Some(roles(words)), ..Edit::default() });
                let (acting, edit) = (&acting, &edit);
                staff
                    .db
                    .write(&staff.cx(Actor::Person(by.0)), |tx| {
                        Box::pin(office::change(tx, acting, seen, edit.clone()))
                    })
                    .await
            };
            let changed = edit(commune, &["nhan-ho-so", "thong-ke"]).await.expect("the first one");
            assert_eq!(changed.revision, 2);
            assert_eq!(word(edit(province, &["nhan-ho-so"]).await), "changed-since");
            let (one, other) =
                futures_util::future::join(staff.end(commune, given.post), staff.end(province, given.post)).await;
            assert!(one.is_ok() != other.is_ok(), "{engine:?}: a post ends once");
            assert_eq!(staff.held((em, given.post), staff.now()).await, Err("post-known"), "{engine:?}");
        }
    });
}

#[test]
fn row_200_the_last_owner_stays() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            let Cast { staff, owner, second, .. } = cast(engine).await;
            assert_eq!(word(staff.end(owner, owner.1).await), "oneself");
            staff.end(second, owner.1).await.expect("one of two may go");
            let last = Seen { post: second.1, revision: None };
            let now = staff.now();
            let ended = staff
                .db
                .write(&staff.cx(Actor::Operator("root#0".into())), |tx| {
                    Box::pin(office::end(tx, &By::Operator, last, (now, "left")))
                })
                .await;
            assert_eq!(word(ended), "last-owner", "{engine:?}");
        }
    });
}

#[test]
fn what_is_handed_on_is_seen_by_both_dies_with_its_giver_and_goes_no_further() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            let Cast { staff, province, .. } = cast(engine).await;
            let (em, phuc, giang) = (
                staff.person("Hoàng Thị Em").await,
                staff.person("Vũ Văn Phúc").await,
                staff.person("Đỗ Thị Giang").await,
            );
            let head = staff.new_post(em, "22015", &["lanh-dao-don-vi"]).await;
            let head = staff.assign(province, &head).await.expect("is given").post;
            let what = |from, to, scope| HandOn {
                from,
                to,
                roles: roles(&["lanh-dao-don-vi"]),
                scope,
                span: Span { from: staff.now(), until: staff.now() + Duration::from_secs(10 * 86_400) },
                decision: None,
                limits: Limits::default(),
            };
            let wide = what(head, phuc, Scope::NonTerritorial);
            assert_eq!(word(staff.hand_on(em, &wide).await), "other-unit");
            let given = staff.hand_on(em, &what(head, phuc, Scope::Unit)).await.expect("is handed on");
            assert_eq!(staff.held((phuc, given.post), staff.now()).await.map(|held| held.len()), Ok(1));
            let further = what(given.post, giang, Scope::Unit);
            assert_eq!(word(staff.hand_on(phuc, &further).await), "no-power");
            let mut conn = staff.db.read().await.expect("reads");
            let seen = office::handed_on(&mut conn, head).await.expect("reads");
            assert_eq!(seen.iter().map(|one| one.post.person).collect::<Vec<_>>(), [phuc]);
            let over = staff.now() + Duration::from_secs(10 * 86_400);
            assert_eq!(staff.held((phuc, given.post), over).await, Err("post-known"), "{engine:?}");
            let second = staff.hand_on(em, &what(head, giang, Scope::Unit)).await.expect("is handed on");
            let back = Seen { post: second.post, revision: None };
            staff
                .db
                .write(&staff.cx(Actor::Person(giang)), |tx| Box::pin(office::take_back(tx, back, "done")))
                .await
                .expect("gives back");
            let stranger = Seen { post: given.post, revision: None };
            let taken = staff
                .db
                .write(&staff.cx(Actor::Person(giang)), |tx| Box::pin(office::take_back(tx, stranger, "done")))
                .await;
            assert_eq!(word(taken), "no-power");
            staff.end(province, head).await.expect("the head leaves");
            assert_eq!(staff.held((phuc, given.post), staff.now()).await, Err("delegator-holds"), "{engine:?}");
        }
    });
}

#[test]
fn a_leaver_keeps_nothing_and_a_mover_changes_in_one_instant() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            let Cast { staff, province, .. } = cast(engine).await;
            let em = staff.person("Hoàng Thị Em").await;
            let first =
                staff.assign(province, &staff.new_post(em, "22015", &["nhan-ho-so"]).await).await.expect("is given");
            let mut next = staff.new_post(em, "22018", &["thong-ke"]).await;
            next.span.from = day("2025-04-01");
            let (acting, next) = (By::Post(province.1), &next);
            let (acting, seen) = (&acting, Seen { post: first.post, revision: None });
            let moved = staff
                .db
                .write(&staff.cx(Actor::Person(province.0)), |tx| {
                    Box::pin(office::transfer(tx, acting, seen, next.clone()))
                })
                .await;
            let (ended, begun) = moved.expect("is moved");
            let just_before = day("2025-04-01") - Duration::from_millis(1);
            assert!(staff.held((em, ended.post), just_before).await.is_ok());
            assert_eq!(staff.held((em, begun.post), just_before).await, Err("in-window"));
            assert!(staff.held((em, ended.post), day("2025-04-01")).await.is_err());
            assert!(staff.held((em, begun.post), day("2025-04-01")).await.is_ok());
            let left = staff
                .db
                .write(&staff.cx(Actor::Person(province.0)), |tx| Box::pin(office::leave(tx, acting, em, "retired")))
                .await;
            assert_eq!(left.expect("leaves"), 2, "{engine:?}");
            for post in [ended.post, begun.post] {
                assert!(staff.held((em, post), day("2025-04-01")).await.is_err(), "{engine:?}");
            }
        }
    });
}

#[test]
fn who_may_and_why_is_answered_from_both_ends() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            let Cast { staff, province, commune, .. } = cast(engine).await;
            let (em, phuc) = (staff.person("Hoàng Thị Em").await, staff.person("Vũ Văn Phúc").await);
            let clerk =
                staff.assign(commune, &staff.new_post(em, "22015", &["nhan-ho-so"]).await).await.expect("is given");
            let mut anywhere = staff.new_post(phuc, "54", &["nhan-ho-so"]).await;
            anywhere.scope = Scope::Territory;
            let wide = staff.assign(province, &anywhere).await.expect("is given");
            let receive = Word::parse("mot-cua/receive").expect("a word");
            let mut conn = staff.db.read().await.expect("reads");
            let cases = [("22015", vec![clerk.post, wide.post]), ("22018", vec![wide.post]), ("24133", vec![])];
            for (code, expected) in cases {
                let asked = (&receive, staff.unit(code, "2025-03-01").await, staff.now());
                let everywhere = [office::Place::Under(staff.unit("VN", "2025-03-01").await)];
                let who = office::who(&mut conn, &everywhere, asked, None, 100).await.expect("reads");
                let found: BTreeSet<Post> = who.found.iter().map(|found| found.judged.post).collect();
                assert_eq!(found, BTreeSet::from_iter(expected), "{engine:?}: {code}");
            }
            let wanted = async |code: &'static str| {
                let unit = staff.unit(code, "2025-03-01").await;
                Wanted { person: em, post: clerk.post, permission: receive.clone(), unit, party: None }
            };
            let yes = office::may(&mut conn, &wanted("22015").await, staff.now()).await.expect("reads");
            assert_eq!(yes.by.len(), 1);
            let no = office::may(&mut conn, &wanted("22018").await, staff.now()).await.expect("reads");
            assert_eq!((no.by.len(), no.until), (0, None));
            let foreign = Wanted { person: phuc, ..wanted("22015").await };
            assert!(office::may(&mut conn, &foreign, staff.now()).await.expect("reads").by.is_empty());
            let why = office::explain(&mut conn, em, day("2030-01-01")).await.expect("reads");
            assert!(why.iter().all(|judged| judged.findings.iter().all(|found| found.holds)), "{engine:?}");
            let top = staff.unit("54", "2025-03-01").await;
            let filter =
                office::Filter { role: Some(roles(&["nhan-ho-so"])[0].role.clone()), ..office::Filter::default() };
            let listed = office::under(&mut conn, (top, staff.now()), &filter, None, 100).await.expect("reads");
            assert_eq!(listed.len(), 2, "{engine:?}");
        }
    });
}

#[test]
fn one_acts_in_one_post_and_is_told_to_each_party_in_its_own_words() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            let Cast { staff, province, .. } = cast(engine).await;
            let em = staff.person("Hoàng Thị Em").await;
            let with = move |client_id: &'static str| With {
                session: Id::<id::Session>::from_uuid(uuid::Uuid::from_u128(7)),
                person: em,
                party: Id::<id::Party>::from_uuid(uuid::Uuid::from_u128(8)),
                client_id,
            };
            let mut conn = staff.db.read().await.expect("reads");
            let acting = office::acting(&mut conn, &with("mot-cua"), staff.now()).await.expect("reads");
            assert_eq!(acting, office::Acting::Citizen);
            let first =
                staff.assign(province, &staff.new_post(em, "22015", &["nhan-ho-so"]).await).await.expect("is given");
            let office::Acting::Post(one) =
                office::acting(&mut conn, &with("mot-cua"), staff.now()).await.expect("reads")
            else {
                panic!("{engine:?}: the only post is taken at once");
            };
            assert_eq!(one.permissions.iter().map(String::as_str).collect::<Vec<_>>(), ["receive", "view"]);
            let other = office::acting(&mut conn, &with("dat-dai"), staff.now()).await.expect("reads");
            let office::Acting::Post(other) = other else { panic!("{engine:?}: the role speaks to every party") };
            assert!(other.permissions.is_empty(), "{engine:?}: no word of another party's namespace");
            let second =
                staff.assign(province, &staff.new_post(em, "22018", &["thong-ke"]).await).await.expect("is given");
            let acting = office::acting(&mut conn, &with("mot-cua"), staff.now()).await.expect("reads");
            assert!(matches!(acting, office::Acting::Choose(choices) if choices.len() == 2), "{engine:?}");
            let choose = async |post| {
                staff
                    .db
                    .write(&staff.cx(Actor::Person(em)), |tx| {
                        Box::pin(async move { office::choose(tx, &with("mot-cua"), post).await })
                    })
                    .await
            };
            assert_eq!(word(choose(Some(province.1)).await), "not-acting");
            choose(Some(second.post)).await.expect("is chosen");
            let acting = office::acting(&mut conn, &with("mot-cua"), staff.now()).await.expect("reads");
            assert!(matches!(acting, office::Acting::Post(one) if one.post == second.post), "{engine:?}");
            staff.end(province, second.post).await.expect("ends");
            let acting = office::acting(&mut conn, &with("mot-cua"), staff.now()).await.expect("reads");
            assert!(matches!(acting, office::Acting::Choose(choices) if choices[0].post == first.post), "{engine:?}");
            choose(None).await.expect("is chosen");
            let acting = office::acting(&mut conn, &with("mot-cua"), staff.now()).await.expect("reads");
            assert_eq!(acting, office::Acting::Themself, "{engine:?}");
        }
    });
}

#[test]
fn ends_are_announced_unused_posts_are_marked_and_heads_review() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            let Cast { staff, province, commune, .. } = cast(engine).await;
            let em = staff.person("Hoàng Thị Em").await;
            let mut short = staff.new_post(em, "22015", &["nhan-ho-so"]).await;
            short.span.until = day("2025-12-31");
            let clerk = staff.assign(commune, &short).await.expect("is given");
            let job = async || {
                let cx = staff.cx(Actor::Job("watch"));
                let warned = staff.db.write(&cx, |tx| Box::pin(watch::warn(tx))).await.expect("runs");
                let dormant = staff.db.write(&cx, |tx| Box::pin(watch::mark_dormant(tx))).await.expect("runs");
                let opened = staff.db.write(&cx, |tx| Box::pin(watch::open_reviews(tx))).await.expect("runs");
                (warned.into_iter().map(|one| one.days).collect::<Vec<_>>(), dormant, opened.len())
            };
            assert_eq!(job().await, (vec![], 0, 0), "{engine:?}");
            staff.set_day("2025-04-16");
            assert_eq!(job().await, (vec![], 5, 0), "{engine:?}: nobody acted for 45 days");
            staff.set_day("2025-11-05");
            assert_eq!(job().await, (vec![60], 0, 3), "{engine:?}: country, province and commune");
            staff.set_day("2025-12-25");
            assert_eq!(job().await, (vec![7], 0, 0), "{engine:?}: each distance once");
            let mut conn = staff.db.read().await.expect("reads");
            let top = staff.unit("22015", "2025-03-01").await;
            let open =
                watch::reviews(&mut conn, (&[office::Place::Under(top)], staff.now()), None, 10).await.expect("reads");
            let [review] = open[..] else { panic!("{engine:?}: {open:?}") };
            let items = watch::review_items(&mut conn, review.id).await.expect("reads");
            assert_eq!(items.len(), 2, "{engine:?}");
            let answer = async |by: (Person, Post), post: Post, keep: watch::Keep| {
                let acting = By::Post(by.1);
                let acting = &acting;
                staff
                    .db
                    .write(&staff.cx(Actor::Person(by.0)), |tx| {
                        Box::pin(watch::answer(tx, acting, (review.id, post), keep))
                    })
                    .await
            };
            assert_eq!(word(answer(commune, commune.1, watch::Keep::Keep).await), "oneself");
            answer(commune, clerk.post, watch::Keep::End).await.expect("the clerk's post ends");
            assert!(staff.held((em, clerk.post), staff.now()).await.is_err(), "{engine:?}");
            answer(province, commune.1, watch::Keep::Keep).await.expect("the province keeps the administrator");
            let open =
                watch::reviews(&mut conn, (&[office::Place::Under(top)], staff.now()), None, 10).await.expect("reads");
            assert!(open.is_empty(), "{engine:?}: the last answer closes the review");
        }
    });
}
