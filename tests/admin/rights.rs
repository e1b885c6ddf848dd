//! Who may appoint whom, over what (rows 191, 193, 195, 196, 200 and 208 of the list of attacks).

use idp_core::admin::{Role, Scope};
use idp_tests::Reply;
use serde_json::{Value, json};

use super::{
    apart,
    desk::{Country, code, events, get, officer, party, post, request, rows, step},
};

const LIST: &str = "/api/v1/administrators";

fn new(subject: &Value, role: &str, unit: Option<&str>) -> Value {
    let mut new = json!({"subject": subject, "role": role, "decision": "12/QĐ-UBND"});
    if let Some(unit) = unit {
        new["unit"] = json!(unit);
    }
    new
}

apart! {
    async fn an_owner_appoints_reads_and_ends(house) {
        let country = Country::of(house).await;
        let owner = officer(house, Role::PlatformOwner, Scope::Whole).await;
        let binh = house.citizen("Trần Thị Bình").await;
        let province = country.province.to_string();
        let made = post(house, &owner.console, LIST, &new(&json!({"login": binh.login}), "unit-editor", Some(&province))).await;
        assert_eq!(made.status, 201, "{}", made.body);
        assert_eq!((made.body["subject"]["name"].as_str(), made.body["unit"].as_str()), (Some("Trần Thị Bình"), Some(province.as_str())));
        assert_eq!(made.headers["etag"], "\"1\"");
        let path = format!("{LIST}/{}", made.text("id"));
        assert_eq!(made.headers["location"].to_str().ok(), Some(house.at(&path).as_str()));
        assert_eq!(get(house, &owner.console, &path).await.body, made.body);
        let again = post(house, &owner.console, LIST, &new(&json!({"login": binh.login}), "unit-editor", Some(&province))).await;
        assert_eq!(code(&again), (409, "conflict".to_owned()));
        let listed = get(house, &owner.console, LIST).await;
        assert_eq!(listed.body["items"].as_array().map(Vec::len), Some(2), "{}", listed.body);
        let ended = step(house, &owner.console, &path, "end", Some(&json!({"because": "đã chuyển công tác"}))).await;
        assert_eq!((ended.status, ended.headers["etag"].to_str().ok()), (200, Some("\"2\"")), "{}", ended.body);
        assert!(ended.body["ended_at"].is_string());
        assert_eq!(get(house, &owner.console, LIST).await.body["items"].as_array().map(Vec::len), Some(1));
        assert_eq!((events(house, "administrator-appointed").await, events(house, "administrator-ended").await), (2, 1));
        let machine = party(house).await;
        let made = post(house, &owner.console, LIST, &new(&json!({"party": machine.client_id}), "auditor", None)).await;
        assert_eq!((made.status, made.body["subject"]["kind"].as_str()), (201, Some("party")));
        for (body, word) in [
            (new(&json!({"party": machine.client_id}), "unit-approver", None), "not-for-machines"),
            (new(&json!({"login": "nobody-at-all"}), "auditor", None), "nobody"),
            (new(&json!({"login": binh.login}), "province-admin", None), "unknown-word"),
            (new(&json!({"login": binh.login}), "platform-owner", Some(&province)), "whole-role"),
        ] {
            let reply = post(house, &owner.console, LIST, &body).await;
            assert_eq!((reply.status, reply.body["errors"][0]["code"].as_str()), (422, Some(word)), "{}", reply.body);
        }
    }
}

apart! {
    async fn row_191_nobody_gives_more_than_they_have(house) {
        let country = Country::of(house).await;
        let owner = officer(house, Role::PlatformOwner, Scope::Whole).await;
        let chief = officer(house, Role::UnitAdministrator, Scope::Below(country.province)).await;
        let binh = house.citizen("Trần Thị Bình").await;
        let id = |unit: idp_core::types::Id<idp_core::types::id::Unit>| unit.to_string();
        let (province, commune, other, root) = (id(country.province), id(country.commune), id(country.other), id(country.root));
        let them = json!({"login": binh.login});
        let before = rows(house).await;
        for (body, expected) in [
            (new(&json!({"login": chief.person.login}), "unit-editor", Some(&province)), "beyond-your-rights"),
            (new(&them, "unit-administrator", Some(&commune)), "beyond-your-rights"),
            (new(&them, "platform-owner", None), "not-permitted"),
            (new(&them, "unit-editor", None), "not-permitted"),
            (new(&them, "unit-editor", Some(&other)), "not-permitted"),
            (new(&them, "unit-editor", Some(&root)), "not-permitted"),
            (new(&them, "unit-editor", Some("0197f3d07c1a7d529a372f0c5b1e8d44")), "not-permitted"),
        ] {
            let reply = post(house, &chief.console, LIST, &body).await;
            assert_eq!(code(&reply), (403, expected.to_owned()), "{body}");
        }
        assert_eq!(rows(house).await, before);
        // Row 196: nothing may be written but what the form has.
        for field in ["id", "appointed_by", "ended_at", "revision", "subject_id"] {
            let mut body = new(&them, "unit-editor", Some(&commune));
            body[field] = json!("x");
            let reply = post(house, &chief.console, LIST, &body).await;
            assert_eq!((reply.status, reply.body["errors"][0]["code"].as_str()), (422, Some("unknown-field")), "{field} {}", reply.body);
        }
        let spelled = [commune.to_uppercase(), format!("{{{commune}}}"), format!("{}-{}", &commune[..8], &commune[8..])];
        for unit in spelled {
            assert_eq!(post(house, &chief.console, LIST, &new(&them, "unit-editor", Some(&unit))).await.status, 422, "{unit}");
        }
        let made = post(house, &chief.console, LIST, &new(&them, "unit-editor", Some(&commune))).await;
        assert_eq!(made.status, 201, "{}", made.body);
        // Row 195: what lies elsewhere is answered like what is not there.
        let elsewhere = format!("{LIST}/{}", owner.appointment);
        let nowhere = format!("{LIST}/0197f3d07c1a7d529a372f0c5b1e8d44");
        let without = |mut reply: Reply| {
            reply.body["traceId"] = Value::Null;
            (reply.status, reply.body)
        };
        let (one, two) = (get(house, &chief.console, &elsewhere).await, get(house, &chief.console, &nowhere).await);
        assert_eq!(without(one), without(two));
        let end = |path: &str| request(house, &chief.console, "post", &format!("{path}/end")).header("if-match", "\"1\"").json(&json!({"because": "x"}));
        let (one, two) = (Reply::of(end(&elsewhere)).await, Reply::of(end(&nowhere)).await);
        assert_eq!((one.status, two.status), (404, 404));
        let seen = get(house, &chief.console, LIST).await;
        assert_eq!(seen.body["items"].as_array().map(Vec::len), Some(2), "their own and the one they gave: {}", seen.body);
    }
}

apart! {
    async fn row_200_the_last_owner_stays_and_rights_end_at_once(house) {
        let owner = officer(house, Role::PlatformOwner, Scope::Whole).await;
        let path = format!("{LIST}/{}", owner.appointment);
        let because = json!({"because": "nghỉ hưu"});
        let refused = step(house, &owner.console, &path, "end", Some(&because)).await;
        assert_eq!(code(&refused), (409, "last-owner".to_owned()));
        let second = officer(house, Role::PlatformOwner, Scope::Whole).await;
        let ended = step(house, &second.console, &path, "end", Some(&because)).await;
        assert_eq!(ended.status, 200, "{}", ended.body);
        // Row 208: what was ended counts no more at the next request, however alive the session is.
        assert_eq!(code(&get(house, &owner.console, "/api/v1/me").await), (403, "not-permitted".to_owned()));
        let me = get(house, &second.console, "/api/v1/me").await;
        assert_eq!((me.body["acr"].as_str(), me.body["permissions"].as_array().map(Vec::len)), (Some("urn:idp:aal2"), Some(10)));
    }
}
