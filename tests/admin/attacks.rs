//! Attacks on the admin API that need a stage of their own (rows 196, 198 and 208 of the list of attacks).

use idp::admin::listed;
use idp_core::{
    admin::{self, Demand, Fresh, How, Permission, Refusal, Role, Scope, Subject, Targets, Who},
    office::{self, By, Confirmed, DeskError, Kind, Limits, NewAssignment, PositionId, Source},
    org::{FOREVER, Span},
    session,
    store::{Actor, StoreError},
    types::{Id, id},
};
use idp_tests::{Browser, House, Person, Reply};
use serde_json::{Value, json};

use super::{
    apart,
    desk::{Caller, Country, Officer, catalogue, entered, get, officer, post, request, signed_in, step},
};

const POSTS: &str = "/api/v1/posts";

fn new(person: &Person, unit: &impl ToString, role: &str) -> Value {
    json!({"person": {"id": person.id}, "unit": unit.to_string(), "kind": "primary", "post": {
        "position": "chuyen-vien", "roles": [{"role": role}], "scope": {"kind": "subtree"}, "from": "2026-01-05",
        "decision": {"number": "12/QĐ-UBND", "date": "2026-01-02"}}})
}

/// An owner, and an administrator of the first province in a session.
struct Cast {
    country: Country,
    owner: Officer,
    binh: Person,
    office: String,
    live: session::Live,
    by: Caller,
}

impl Cast {
    async fn of(house: &House) -> Self {
        let country = Country::of(house).await;
        catalogue(house).await;
        let owner = officer(house, Role::PlatformOwner, Scope::Whole).await;
        let binh = house.citizen("Trần Thị Bình").await;
        let given = post(house, &owner.console, POSTS, &new(&binh, &country.province, "quan-tri-don-vi")).await;
        assert_eq!(given.status, 201, "{}", given.body);
        let live = signed_in(house, &binh).await;
        let by = entered(house, &live).await.expect("may enter");
        Self { country, owner, binh, office: given.text("id"), live, by }
    }

    async fn clerk(&self, house: &House, unit: &impl ToString) -> (Person, String) {
        let person = house.citizen("Lê Thị Cúc").await;
        let given = post(house, &self.by, POSTS, &new(&person, unit, "nhan-ho-so")).await;
        assert_eq!(given.status, 201, "{}", given.body);
        (person, given.text("id"))
    }

    /// The caller as the door knows them, and what giving a post asks for.
    fn asks(&self, house: &House) -> (admin::Caller, Demand) {
        let how = How::Console { aal: self.live.aal, auth_at: house.cx().now };
        let caller = admin::Caller { subject: Subject::Person(self.binh.id), how, session: Some(self.live.id) };
        (caller, Demand { permission: Some(Permission::AssignOfficials), who: Who::Console, fresh: Fresh::Yes })
    }

    /// The first look of the gate, before the request is read.
    async fn at_the_door(&self, house: &House) -> Result<(), Refusal> {
        let (caller, demand) = self.asks(house);
        let mut conn = house.db().read().await.expect("reads");
        admin::enter(&mut conn, &caller, &demand, house.cx().now).await.expect("reads")
    }

    /// The second look, in the transaction that writes: what a request would write that has passed the door.
    async fn at_the_write(
        &self,
        house: &House,
        person: &Person,
        unit: Id<id::Unit>,
    ) -> Result<Option<&'static str>, Refusal> {
        let (caller, demand) = self.asks(house);
        let cx = house.cx().acting(Actor::Person(self.binh.id));
        let (now, new) = (cx.now, &assignment(person, unit, cx.now));
        let written = house.db().write(&cx, |tx| {
            Box::pin(async move {
                let allowed = admin::allow(tx, &caller, &demand, &Targets::Units(vec![unit]), now).await?;
                let Ok(allowed) = allowed else { return Ok(allowed.map(|_| None)) };
                let by = allowed.by(Permission::AssignOfficials, now).expect("the post permits it");
                match office::assign(tx, &by, new.clone()).await {
                    Ok(_) => Ok(Ok(None)),
                    Err(DeskError::Store(error)) => Err(error),
                    Err(refused) => Ok(Ok(refused.word())),
                }
            })
        });
        written.await.map_err(|error: StoreError| error.to_string()).expect("writes")
    }
}

fn assignment(person: &Person, unit: Id<id::Unit>, now: idp_core::types::Timestamp) -> NewAssignment {
    NewAssignment {
        person: person.id,
        unit,
        position: PositionId::parse("chuyen-vien").expect("a word"),
        kind: Kind::Concurrent,
        roles: crate::office::staff::roles(&["thong-ke"]),
        scope: office::Scope::Unit,
        span: Span { from: now, until: FOREVER },
        decision: Some(Confirmed { number: "12/QĐ-UBND".into(), date: now.day() }),
        limits: Limits::default(),
        source: Source::Office,
    }
}

apart! {
    async fn row_208_rights_that_end_between_the_door_and_the_write_count_no_more(house) {
        let cast = Cast::of(house).await;
        let (commune, posts) = (cast.country.commune, "select count(*) as n from assignment");
        let (cuc, _) = cast.clerk(house, &commune).await;
        let dung = house.citizen("Phạm Văn Dũng").await;
        assert_eq!(cast.at_the_door(house).await, Ok(()));
        assert_eq!(cast.at_the_write(house, &dung, commune).await, Ok(None), "nothing happened meanwhile");
        // Their office is moved to the other province: the right is there, but not here.
        assert_eq!(cast.at_the_door(house).await, Ok(()));
        let office = format!("{POSTS}/{}", cast.office);
        let there = json!({"unit": cast.country.other, "kind": "primary", "post": new(&cast.binh, &cast.country.other, "quan-tri-don-vi")["post"]});
        let moved = step(house, &cast.owner.console, &office, "move", Some(&there)).await;
        assert_eq!(moved.status, 201, "{}", moved.body);
        let before = house.count(posts).await;
        assert_eq!(cast.at_the_write(house, &cuc, commune).await, Err(Refusal::Elsewhere));
        // Their office ends.
        assert_eq!(cast.at_the_door(house).await, Ok(()));
        let ended = step(house, &cast.owner.console, &format!("{POSTS}/{}", moved.text("id")), "end", Some(&json!({"because": "thôi chức"}))).await;
        assert_eq!(ended.status, 200, "{}", ended.body);
        assert_eq!(cast.at_the_write(house, &cuc, cast.country.other).await, Err(Refusal::NoAdministrator));
        // And if the first look were all there is: the office judges the post again where it writes.
        let (by, cx) = (By::Post(cast.office.parse().expect("an id")), house.cx().acting(Actor::Person(cast.binh.id)));
        let (by, late) = (&by, &assignment(&cuc, commune, cx.now));
        let given = house.db().write(&cx, |tx| Box::pin(office::assign(tx, by, late.clone()))).await;
        assert!(matches!(given, Err(DeskError::NotActing(_))), "{given:?}");
        assert_eq!(house.count(posts).await, before);
    }
}

apart! {
    async fn row_208_who_was_moved_away_meanwhile_is_not_changed_from_here(house) {
        let cast = Cast::of(house).await;
        let (_, id) = cast.clerk(house, &cast.country.commune).await;
        let path = format!("{POSTS}/{id}");
        let seen = get(house, &cast.by, &path).await.headers["etag"].clone();
        let form = new(&cast.binh, &cast.country.other, "nhan-ho-so")["post"].clone();
        let there = json!({"unit": cast.country.other, "kind": "primary", "post": form});
        let moved = step(house, &cast.owner.console, &path, "move", Some(&there)).await;
        assert_eq!(moved.status, 201, "{}", moved.body);
        let put = request(house, &cast.by, "put", &path).header("if-match", seen.clone()).json(&form);
        let end = request(house, &cast.by, "post", &format!("{path}/end")).header("if-match", seen.clone()).json(&json!({"because": "x"}));
        let go = request(house, &cast.by, "post", &format!("{path}/move")).header("if-match", seen).json(&json!({
            "unit": cast.country.commune, "kind": "primary", "post": form}));
        for late in [put, end, go] {
            assert_eq!(late.send().await.expect("answers").status(), 412);
        }
        let now = get(house, &cast.owner.console, &format!("{POSTS}/{}", moved.text("id"))).await;
        assert_eq!((now.body["state"].as_str(), now.body["revision"].as_i64()), (Some("active"), Some(1)), "{}", now.body);
        assert_eq!(get(house, &cast.by, &format!("{POSTS}/{}", moved.text("id"))).await.status, 404);
    }
}

apart! {
    async fn row_196_no_answer_tells_more_of_a_person_than_their_name(house) {
        let cast = Cast::of(house).await;
        let (cuc, clerk) = cast.clerk(house, &cast.country.commune).await;
        let appointed = post(house, &cast.owner.console, "/api/v1/administrators", &json!({"subject": {"login": cuc.login},
            "role": "unit-editor", "decision": "12/QĐ-UBND"})).await;
        assert_eq!(appointed.status, 201, "{}", appointed.body);
        let mut texts = vec![appointed.body.to_string()];
        for operation in listed().into_iter().filter(|one| !one.writes && !one.for_parties && one.method == "get") {
            let path = operation.path
                .replace("{post}", &clerk)
                .replace("{person}", &cuc.id.to_string())
                .replace("{administrator}", &appointed.text("id"))
                .replace("{unit}", &cast.country.commune.to_string())
                .replace("{role}", "nhan-ho-so");
            let query = match operation.id {
                "list_who_may" => format!("?permission=mot-cua/receive&unit={}", cast.country.commune),
                "search_units" => "?q=10000".to_owned(),
                _ => String::new(),
            };
            for caller in [&cast.by, &cast.owner.console] {
                texts.push(get(house, caller, &format!("{path}{query}")).await.body.to_string());
            }
        }
        let named = texts.iter().filter(|text| text.contains("Lê Thị Cúc")).count();
        assert!(named >= 6, "the walk met the person {named} times");
        for secret in ["079085000001", "1985", "15/03", &cuc.login, &cuc.password, "argon2", "nguoidan-", "@"] {
            assert!(!texts.iter().any(|text| text.contains(secret)), "{secret}");
        }
    }
}

apart! {
    async fn row_198_nobody_takes_the_place_of_a_citizen(house) {
        let cast = Cast::of(house).await;
        // Whoever supports people has no operation that shows a person's own pages, or acts as them.
        let support = house.citizen("Hoàng Thị Em").await;
        let given = post(house, &cast.owner.console, POSTS, &new(&support, &cast.country.root, "quan-tri-he-thong")).await;
        assert_eq!(given.status, 201, "{}", given.body);
        let about: Vec<&str> = listed().iter().filter(|one| one.path.contains("{person}")).map(|one| one.id).collect();
        // The link of an invitation is for an official who has no account yet, so it opens nobody's.
        assert_eq!(about, ["invite_official", "explain_rights", "list_moves"], "an operation about a person must be judged here");
        let words = ["imperson", "act-as", "login-as", "sign-in-as", "session", "consent", "support"];
        let found: Vec<String> = listed().into_iter().map(|one| one.path).filter(|path| words.iter().any(|word| path.contains(word))).collect();
        assert_eq!(found, Vec::<String>::new());
        let (clerk, _) = cast.clerk(house, &cast.country.commune).await;
        for (person, status) in [(&support, 409), (&clerk, 409), (&cast.owner.person, 404)] {
            let invite = request(house, &cast.owner.console, "post", &format!("/api/v1/persons/{}/invitation", person.id));
            let invited = Reply::of(invite).await;
            assert_eq!(invited.status, status, "{}", invited.body);
        }
        let citizen = house.citizen("Lê Thị Cúc").await;
        let sessions = "select count(*) as n from session";
        // The console's cookie opens no page of an account, its own or another's.
        let Caller::Console(cookie) = &cast.owner.console else { panic!("a console") };
        let mut browser = Browser::new();
        for name in ["adm", "sid"] {
            browser.cookies = [(name.to_owned(), cookie.clone())].into();
            let page = browser.open(&house.at("/account")).await;
            assert_eq!(page.name(), "sign-in", "{name}: {}", page.body);
        }
        // An administrator's own session stays their own, whoever the request names.
        let mut browser = Browser::new();
        let page = browser.open(&house.at("/account")).await;
        browser.enter(&page, &cast.binh).await;
        let before = house.count(sessions).await;
        for query in [format!("person={}", citizen.id), format!("login={}", citizen.login), format!("sub={}", citizen.id), format!("act={}", citizen.id)] {
            let page = browser.open(&house.at(&format!("/account?{query}"))).await;
            assert!(page.status == 400 || (page.body.contains("Trần Thị Bình") && !page.body.contains("Lê Thị Cúc")), "{query}: {}", page.body);
        }
        let party = house.party(json!({})).await;
        for name in ["login_hint", "act_as", "requested_subject"] {
            let away = party.authorize(house, &[(name, &citizen.login), ("prompt", "none")]);
            let page = browser.open(away.url.as_str()).await;
            let code = page.returned("code").unwrap_or_else(|| panic!("{name}: {:?} {}", page.left_for, page.body));
            let reply = house.redeem(&party, &away, &code).await;
            let userinfo = house.userinfo(&reply.text("access_token")).await.body;
            assert_eq!((userinfo["name"].as_str(), userinfo.get("act")), (Some("Trần Thị Bình"), None), "{name}: {userinfo}");
            // Nor can their token be changed for one of somebody else.
            for grant in ["urn:ietf:params:oauth:grant-type:token-exchange", "urn:ietf:params:oauth:grant-type:jwt-bearer", "password"] {
                let form = [("grant_type", grant), ("subject_token", &reply.text("access_token")), ("username", &citizen.login), (name, &citizen.login)];
                let refused = house.ask("/oauth2/token", &party, &form).await;
                assert!(refused.status == 400 && ["unsupported_grant_type", "unauthorized_client"].contains(&refused.error()), "{grant}: {}", refused.body);
            }
        }
        assert_eq!(house.count(sessions).await, before, "no session was opened for anybody");
        let of_citizen = house.db().read().await.expect("reads").one("select count(*) as n from session where person_id = $1", idp_core::params![citizen.id]).await;
        assert_eq!(of_citizen.expect("reads").expect("a row").int("n").expect("a number"), 0);
    }
}
