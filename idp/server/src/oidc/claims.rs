//! The `claims` request parameter (OpenID Connect Core section 5.5), and claims made from attributes.

use idp_core::{
    relying::Scope,
    signin::Attributes,
    types::{Day, Locale},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Which scope releases which claim. A claim is given only where its scope was granted, however it was asked for.
const RELEASED: [(&str, Scope); 8] = [
    ("name", Scope::Profile),
    ("birthdate", Scope::Profile),
    ("locale", Scope::Profile),
    ("updated_at", Scope::Profile),
    ("personal_number", Scope::Identity),
    ("identity_assurance", Scope::Identity),
    ("data_match", Scope::Identity),
    ("data_matched_at", Scope::Identity),
];

/// Every claim that may be released, for discovery.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    RELEASED.iter().map(|(name, _)| *name)
}

/// What a request asks for by `claims`: names for the ID token beyond the usual, and an essential `acr`. Names for userinfo need no
/// keeping: the scopes release them there already.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Requested {
    /// Claims wanted in the ID token.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) id_token: Vec<String>,
    /// Values of `acr` of which one must be reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) essential_acr: Option<Vec<String>>,
    /// Values of `acr` that would be welcome.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) wanted_acr: Vec<String>,
    /// The `sub` that the answer must be about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sub: Option<String>,
    /// The day for which the code of the post's unit is wanted, too: that of the file at hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) unit_at: Option<Day>,
}

/// The longest `claims` taken, in bytes.
const LONGEST: usize = 4_096;

impl Requested {
    /// Reads the parameter. Unknown members and claims are passed over, as section 5.5 says; anything that is not of its
    /// shape is refused.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        if text.len() > LONGEST {
            return Err("claims is too long");
        }
        let value: Value = serde_json::from_str(text).map_err(|_| "claims is not JSON")?;
        let members = value.as_object().ok_or("claims is not an object")?;
        let mut requested = Self::default();
        for place in ["userinfo", "id_token"] {
            let Some(claims) = members.get(place).filter(|value| !value.is_null()) else {
                continue;
            };
            let claims = claims.as_object().ok_or("a member of claims is not an object")?;
            for (name, wish) in claims {
                if !(wish.is_null() || wish.is_object()) {
                    return Err("a claim request is neither null nor an object");
                }
                requested.note(place, name, wish)?;
            }
        }
        Ok(requested)
    }

    fn note(&mut self, place: &str, name: &str, wish: &Value) -> Result<(), &'static str> {
        match (name, place) {
            ("acr", "id_token") if wish.get("essential") == Some(&Value::Bool(true)) => {
                self.essential_acr = Some(texts(wish)?);
            }
            ("acr", "id_token") => self.wanted_acr = texts(wish)?,
            ("sub", _) => {
                if let Some(sub) = wish.get("value") {
                    self.sub = Some(sub.as_str().ok_or("the value of sub is not a text")?.to_owned());
                }
            }
            ("unit_at", _) => {
                if let Some(day) = wish.get("value") {
                    let day = day.as_str().and_then(|day| day.parse().ok());
                    self.unit_at = Some(day.ok_or("the value of unit_at is not a day (YYYY-MM-DD)")?);
                }
            }
            (name, "id_token") if names().any(|known| known == name) => self.id_token.push(name.to_owned()),
            _ => {}
        }
        Ok(())
    }
}

/// `value` or `values` of a claim request.
fn texts(wish: &Value) -> Result<Vec<String>, &'static str> {
    let one = wish.get("value").into_iter();
    let many = wish.get("values").and_then(Value::as_array).into_iter().flatten();
    one.chain(many).map(|value| value.as_str().map(str::to_owned).ok_or("a value of acr is not a text")).collect()
}

/// Claims from attributes: what was granted is in the attributes already, what was not is absent.
pub(super) fn of(attributes: &Attributes, locale: Option<Locale>) -> Map<String, Value> {
    let values = [
        ("name", attributes.name.as_ref().map(|name| json!(name))),
        ("birthdate", attributes.birthdate.as_ref().map(|date| json!(date))),
        ("locale", attributes.name.as_ref().and(locale).map(|locale| json!(locale.tag()))),
        ("updated_at", attributes.updated_at.map(|at| json!(at.seconds()))),
        ("personal_number", attributes.personal_number.as_ref().map(|number| json!(number))),
        ("identity_assurance", attributes.identity_assurance.map(|level| json!(level.urn()))),
        ("data_match", attributes.data_match.map(|word| json!(word))),
        ("data_matched_at", attributes.data_matched_at.map(|at| json!(at.seconds()))),
    ];
    values.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

#[cfg(test)]
mod tests {
    use super::Requested;

    #[test]
    fn what_is_of_its_shape_is_read_and_the_rest_refused() {
        let read = |text: &str| Requested::parse(text);
        let asked = read(r#"{"id_token":{"name":null,"acr":{"essential":true,"values":["urn:idp:aal2"]},"x":null},"userinfo":{"name":null}}"#)
            .expect("of its shape");
        assert_eq!(asked.id_token, ["name"]);
        assert_eq!(asked.essential_acr.as_deref(), Some(&["urn:idp:aal2".to_owned()][..]));
        let voluntary = read(r#"{"id_token":{"acr":{"values":["urn:idp:aal2"]}}}"#).expect("of its shape");
        assert_eq!((voluntary.essential_acr, voluntary.wanted_acr), (None, vec!["urn:idp:aal2".to_owned()]));
        let subject = read(r#"{"id_token":{"sub":{"value":"abc"}}}"#).expect("of its shape");
        assert_eq!(subject.sub.as_deref(), Some("abc"));
        let day = read(r#"{"id_token":{"unit_at":{"value":"2025-06-30"}}}"#).expect("of its shape").unit_at;
        assert_eq!(day.map(|day| day.to_string()).as_deref(), Some("2025-06-30"));
        assert_eq!(read("{}").expect("empty is fine"), Requested::default());
        let deep = format!("{}{}", "[".repeat(2_000), "]".repeat(2_000));
        for bad in [
            "",
            "[]",
            "{",
            r#"{"id_token":[]}"#,
            r#"{"id_token":{"name":1}}"#,
            r#"{"id_token":{"sub":{"value":1}}}"#,
            r#"{"id_token":{"unit_at":{"value":"30/06/2025"}}}"#,
            &deep,
            &" ".repeat(5_000),
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
