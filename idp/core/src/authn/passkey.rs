//! Passkeys (Web Authentication Level 3), without any I/O: what is asked of an authenticator, and what its answer is worth.
//!
//! `webauthn-rs` does the cryptography. In front of it stands our own reading of the client data, because the library compares origins
//! as addresses and, in an assertion, looks at neither `crossOrigin` nor `topOrigin`.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;
use uuid::Uuid;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Webauthn, WebauthnBuilder, WebauthnError,
};

use crate::types::Fault;

/// Bytes of a credential id at most (WebAuthn Level 3 section 7.1 step 26).
const LONGEST_ID: usize = 1_023;

/// Bytes of an answer at most: an attestation with its certificates takes a few thousand.
pub const LONGEST_ANSWER: usize = 32 * 1024;

/// How long the browser may take, as the options tell it. The challenge lives as long.
const PATIENCE: Duration = super::challenge::LIFETIME;

/// The relying party of Web Authentication: one per installation, for ever.
#[derive(Debug)]
pub struct Passkeys {
    webauthn: Webauthn,
    rp_id: String,
    origins: Vec<String>,
}

/// The rp id is no host name under which browsers would keep passkeys.
#[derive(Debug, thiserror::Error)]
#[error("passkeys cannot be kept under this name: {0}")]
pub struct NotAName(String);

/// Why an answer was not accepted. The word goes to the log and the audit event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It cannot be read, or is larger than any authenticator's.
    Unreadable,
    /// It answers another kind of question.
    Kind,
    /// It was given on a page of another origin, or inside another site's frame.
    Origin,
    /// The browser says that it would not be found without a name.
    NotDiscoverable,
    /// Its holder's other devices get a copy, where a key in one place is asked for.
    Synced,
    /// It is kept by the computer itself, where one that can be carried away is asked for.
    BuiltIn,
    /// The counter went back: there may be a copy of the key.
    Clone,
    /// Another challenge, a wrong signature, no verification of the person, a changed backup flag.
    Refused,
}

impl Wrong {
    /// The word for the log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unreadable => "passkey-unreadable",
            Self::Kind => "passkey-kind",
            Self::Origin => "passkey-origin",
            Self::NotDiscoverable => "passkey-not-discoverable",
            Self::Synced => "passkey-synced",
            Self::BuiltIn => "passkey-built-in",
            Self::Clone => "passkey-clone",
            Self::Refused => "passkey-refused",
        }
    }
}

/// A question for the browser and what must be remembered until its answer.
pub(super) struct Question {
    /// `publicKey` of the options, as the browser's own JSON (WebAuthn Level 3 section 5.1.8).
    pub(super) options: Value,
    /// What [`Passkeys::judge_use`] or [`Passkeys::judge_creation`] needs.
    pub(super) state: Vec<u8>,
}

/// Whose new passkey it will be.
pub(super) struct Holder<'a> {
    /// The random handle of the account.
    pub(super) handle: Uuid,
    /// Shown by the browser's list.
    pub(super) login: &'a str,
    /// Shown by the browser's list.
    pub(super) name: &'a str,
    /// The credential ids that the account has: an authenticator makes no second one.
    pub(super) has: Vec<Vec<u8>>,
}

/// What the browser collected (section 5.8.1), of which the library does not look at everything.
#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    cross_origin: Option<bool>,
    #[serde(rename = "topOrigin", default)]
    top_origin: Option<Value>,
}

/// An assertion that can be read and was made on a page of ours; nothing is proved yet.
pub(super) struct Use(PublicKeyCredential);

impl Use {
    /// The credential that it names.
    pub(super) fn public_id(&self) -> &[u8] {
        &self.0.raw_id
    }

    /// The account that the authenticator names: `None` where it names none or not in our form.
    pub(super) fn handle(&self) -> Option<Uuid> {
        Uuid::from_slice(self.0.get_user_unique_id()?).ok()
    }

    /// Whether the authenticator names an account at all.
    pub(super) const fn names_an_account(&self) -> bool {
        self.0.response.user_handle.is_some()
    }
}

/// What is kept of a passkey: the library's own form, which says counter and backup flags too.
#[derive(Serialize, Deserialize)]
struct Kept {
    passkey: Passkey,
}

/// What can be read of a kept passkey without changing it.
#[derive(Deserialize)]
struct Flags {
    passkey: FlagsOfPasskey,
}

#[derive(Deserialize)]
struct FlagsOfPasskey {
    cred: FlagsOfCredential,
}

#[derive(Deserialize)]
struct FlagsOfCredential {
    backup_eligible: bool,
}

/// A passkey that was just made.
pub(super) struct Created {
    /// Its id.
    pub(super) public_id: Vec<u8>,
    /// What is to be kept.
    pub(super) data: Vec<u8>,
    /// Whether it may be copied to other devices of its holder.
    pub(super) synced: bool,
}

/// A passkey that was just used.
pub(super) struct Used {
    /// What is to be kept from now on.
    pub(super) data: Vec<u8>,
    /// Whether it may be copied to other devices of its holder.
    pub(super) synced: bool,
}

fn fault(doing: &'static str) -> impl Fn(serde_json::Error) -> Fault {
    move |error| Fault::new(doing, error)
}

/// The library's refusals in our words.
fn refused(error: &WebauthnError) -> Wrong {
    tracing::debug!(%error, "a passkey was refused");
    match error {
        WebauthnError::CredentialPossibleCompromise => Wrong::Clone,
        WebauthnError::InvalidClientDataType => Wrong::Kind,
        WebauthnError::InvalidRPOrigin => Wrong::Origin,
        _ => Wrong::Refused,
    }
}

/// Whether the device may copy a kept passkey to others (section 6.1.3, flag BE). `None`: it cannot be read.
pub fn is_synced(data: &[u8]) -> Option<bool> {
    serde_json::from_slice::<Flags>(data).ok().map(|flags| flags.passkey.cred.backup_eligible)
}

impl Passkeys {
    /// For an rp id and the exact origins on whose pages passkeys are used, the issuer among them. `name` is shown by browsers.
    ///
    /// # Errors
    /// [`NotAName`]: the rp id is an address or no host name.
    pub fn new(rp_id: &str, origins: Vec<String>, name: &str) -> Result<Self, NotAName> {
        let not_a_name = || NotAName(rp_id.to_owned());
        // Which origins belong to this rp id is decided by our exact list; the library's is the same list, read as addresses.
        let home = Url::parse(&format!("https://{rp_id}")).map_err(|_| not_a_name())?;
        let name = if name.is_empty() { rp_id } else { name };
        let builder = WebauthnBuilder::new(rp_id, &home).map_err(|_| not_a_name())?;
        let builder = builder.rp_name(name).timeout(PATIENCE);
        let urls = origins.iter().filter_map(|origin| Url::parse(origin).ok());
        let builder = urls.fold(builder, |builder, url| builder.append_allowed_origin(&url));
        let webauthn = builder.build().map_err(|_| not_a_name())?;
        Ok(Self { webauthn, rp_id: rp_id.to_owned(), origins })
    }

    /// The name under which authenticators keep our passkeys.
    pub fn rp_id(&self) -> &str {
        &self.rp_id
    }

    /// The origins on whose pages they are used.
    pub fn origins(&self) -> &[String] {
        &self.origins
    }

    /// Asks for any passkey of ours, or for one of `of`.
    pub(super) fn ask_use(&self, of: &[Vec<u8>]) -> Result<Question, Fault> {
        let asked = self.webauthn.start_discoverable_authentication();
        let (mut challenge, state) = asked.map_err(|error| Fault::new("asking for a passkey", error))?;
        // The library asks for conditional mediation always; the page decides that, because a button is not a field.
        challenge.mediation = None;
        let mut options = serde_json::to_value(challenge.public_key).map_err(fault("writing a passkey's question"))?;
        let allowed = of.iter().map(|id| serde_json::json!({ "type": "public-key", "id": base64url(id) }));
        options["allowCredentials"] = allowed.collect();
        let state = serde_json::to_vec(&state).map_err(fault("keeping a passkey's question"))?;
        Ok(Question { options, state })
    }

    /// Asks for a new passkey.
    pub(super) fn ask_creation(&self, holder: Holder<'_>) -> Result<Question, Fault> {
        let asked =
            self.webauthn.start_passkey_registration(holder.handle, holder.login, holder.name, Some(holder.has));
        let (challenge, state) = asked.map_err(|error| Fault::new("asking for a new passkey", error))?;
        let mut options = serde_json::to_value(challenge.public_key).map_err(fault("writing a passkey's question"))?;
        // The library discourages what makes a passkey one: that it is found without a name.
        options["authenticatorSelection"]["residentKey"] = "required".into();
        options["authenticatorSelection"]["requireResidentKey"] = true.into();
        let state = serde_json::to_vec(&state).map_err(fault("keeping a passkey's question"))?;
        Ok(Question { options, state })
    }

    /// Asks for a key of hardware that can be carried away and lies in one place: a security key. What the browser makes of that is not
    /// believed; see [`Self::judge_sealed`].
    pub(super) fn ask_sealed(&self, holder: Holder<'_>) -> Result<Question, Fault> {
        let mut question = self.ask_creation(holder)?;
        question.options["authenticatorSelection"]["authenticatorAttachment"] = "cross-platform".into();
        question.options["hints"] = serde_json::json!(["security-key"]);
        Ok(question)
    }

    /// Judges the answer to [`Self::ask_sealed`]. That a key may be copied is a signed word of the device (section 6.1.3, flag BE); that it
    /// is part of the computer is only the browser's, and catches mistakes.
    pub(super) fn judge_sealed(&self, answer: &str, state: &[u8]) -> Result<Result<Created, Wrong>, Fault> {
        let judged = self.judge_creation(answer, state)?;
        Ok(match judged {
            Ok(created) if created.synced => Err(Wrong::Synced),
            Ok(_) if attachment(answer).as_deref() == Some("platform") => Err(Wrong::BuiltIn),
            judged => judged,
        })
    }

    /// Reads an assertion.
    pub(super) fn read_use(&self, answer: &str) -> Result<Use, Wrong> {
        let read: PublicKeyCredential = parse(answer)?;
        if read.raw_id.is_empty() || read.raw_id.len() > LONGEST_ID || read.id != base64url(&read.raw_id) {
            return Err(Wrong::Unreadable);
        }
        self.check_client(&read.response.client_data_json, "webauthn.get")?;
        Ok(Use(read))
    }

    /// Judges an assertion by the question that was kept and the passkey that was found.
    pub(super) fn judge_use(&self, answer: &Use, state: &[u8], kept: &[u8]) -> Result<Result<Used, Wrong>, Fault> {
        let state: DiscoverableAuthentication = serde_json::from_slice(state).map_err(fault("reading a question"))?;
        let Kept { mut passkey } = serde_json::from_slice(kept).map_err(fault("reading a passkey"))?;
        let key = DiscoverableKey::from(&passkey);
        let result = match self.webauthn.finish_discoverable_authentication_v2(&answer.0, state, key) {
            Ok(result) => result,
            Err(error) => return Ok(Err(refused(&error))),
        };
        passkey.update_credential(&result);
        let data = serde_json::to_vec(&Kept { passkey }).map_err(fault("keeping a passkey"))?;
        Ok(Ok(Used { data, synced: result.backup_eligible() }))
    }

    /// Judges a new passkey by the question that was kept.
    pub(super) fn judge_creation(&self, answer: &str, state: &[u8]) -> Result<Result<Created, Wrong>, Fault> {
        let state: PasskeyRegistration = serde_json::from_slice(state).map_err(fault("reading a question"))?;
        let judged = self.read_creation(answer).and_then(|read| {
            let made = self.webauthn.finish_passkey_registration(&read, &state);
            made.map_err(|error| refused(&error))
        });
        let passkey = match judged {
            Ok(passkey) if passkey.cred_id().len() <= LONGEST_ID && !passkey.cred_id().is_empty() => passkey,
            Ok(_) => return Ok(Err(Wrong::Unreadable)),
            Err(wrong) => return Ok(Err(wrong)),
        };
        let public_id = passkey.cred_id().clone();
        let data = serde_json::to_vec(&Kept { passkey }).map_err(fault("keeping a passkey"))?;
        let synced = is_synced(&data).ok_or(Fault::bug("reading a passkey that was just made"))?;
        Ok(Ok(Created { public_id, data, synced }))
    }

    fn read_creation(&self, answer: &str) -> Result<RegisterPublicKeyCredential, Wrong> {
        let read: RegisterPublicKeyCredential = parse(answer)?;
        self.check_client(&read.response.client_data_json, "webauthn.create")?;
        // Section 10.1.3: what the browser says of discoverability. Silence is fine: older ones do not know the question.
        let found_without_a_name = read.extensions.cred_props.as_ref().and_then(|props| props.rk);
        if found_without_a_name == Some(false) { Err(Wrong::NotDiscoverable) } else { Ok(read) }
    }

    /// Sections 7.1 and 7.2, steps on the client data: the kind, the exact origin, and no frame of another site.
    fn check_client(&self, json: &[u8], kind: &str) -> Result<(), Wrong> {
        let client: ClientData = serde_json::from_slice(json).map_err(|_| Wrong::Unreadable)?;
        if client.kind != kind {
            return Err(Wrong::Kind);
        }
        let framed = client.cross_origin == Some(true) || client.top_origin.is_some();
        if framed || !self.origins.contains(&client.origin) { Err(Wrong::Origin) } else { Ok(()) }
    }
}

fn base64url(bytes: &[u8]) -> String {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Where the browser says that a new key is kept (section 5.1, `authenticatorAttachment`).
fn attachment(answer: &str) -> Option<String> {
    let answer: Value = serde_json::from_str(answer).ok()?;
    answer.get("authenticatorAttachment")?.as_str().map(str::to_owned)
}

fn parse<'a, T: Deserialize<'a>>(answer: &'a str) -> Result<T, Wrong> {
    if answer.len() > LONGEST_ANSWER {
        return Err(Wrong::Unreadable);
    }
    serde_json::from_str(answer).map_err(|_| Wrong::Unreadable)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{LONGEST_ANSWER, Passkeys, Wrong, base64url};

    const ORIGIN: &str = "https://id.example";

    fn passkeys() -> Passkeys {
        Passkeys::new("id.example", vec![ORIGIN.to_owned(), "https://id.moved.example".to_owned()], "").expect("a name")
    }

    #[test]
    fn passkeys_belong_to_a_host_name() {
        for (rp_id, fits) in [
            ("id.example", true),
            ("localhost", true),
            ("xn--tnh-mu-gta.example", true),
            ("192.0.2.1", false),
            ("[::1]", false),
            ("", false),
            ("id.example:8443", false),
            ("id.example/path", false),
            ("https://id.example", false),
        ] {
            assert_eq!(Passkeys::new(rp_id, vec![ORIGIN.to_owned()], "").is_ok(), fits, "{rp_id:?}");
        }
    }

    #[test]
    fn a_question_asks_for_a_verified_holder_and_for_a_key_that_is_found_without_a_name() {
        let holder = super::Holder { handle: super::Uuid::nil(), login: "an", name: "An", has: vec![vec![1; 16]] };
        let asked = passkeys().ask_creation(holder).expect("asks").options;
        assert_eq!(
            asked["authenticatorSelection"],
            json!({ "residentKey": "required", "requireResidentKey": true, "userVerification": "required" })
        );
        assert_eq!((&asked["rp"]["id"], &asked["attestation"]), (&json!("id.example"), &json!("none")));
        assert_eq!(asked["excludeCredentials"][0]["id"], base64url(&[1; 16]));
        let algorithms: Vec<_> =
            asked["pubKeyCredParams"].as_array().expect("a list").iter().map(|p| &p["alg"]).collect();
        assert_eq!(algorithms, [&json!(-7), &json!(-35), &json!(-257)]);
        let asked = passkeys().ask_use(&[vec![2; 16]]).expect("asks").options;
        assert_eq!((&asked["rpId"], &asked["userVerification"]), (&json!("id.example"), &json!("required")));
        assert_eq!(asked["allowCredentials"], json!([{ "type": "public-key", "id": base64url(&[2; 16]) }]));
        assert!(asked["challenge"].as_str().is_some_and(|text| text.len() >= 43), "256 bits");
    }

    #[test]
    fn a_key_for_an_envelope_is_asked_of_hardware_that_can_be_carried_away() {
        let holder =
            super::Holder { handle: super::Uuid::nil(), login: "khan-cap-1", name: "An", has: vec![vec![3; 16]] };
        let asked = passkeys().ask_sealed(holder).expect("asks").options;
        assert_eq!(asked["authenticatorSelection"]["authenticatorAttachment"], "cross-platform");
        assert_eq!(asked["authenticatorSelection"]["userVerification"], "required");
        assert_eq!(
            (&asked["hints"], &asked["excludeCredentials"][0]["id"]),
            (&json!(["security-key"]), &json!(base64url(&[3; 16])))
        );
        for (answer, expected) in [
            (r#"{"authenticatorAttachment":"platform"}"#, Some("platform")),
            (r#"{"authenticatorAttachment":"cross-platform"}"#, Some("cross-platform")),
            (r#"{"authenticatorAttachment":null}"#, None),
            ("{}", None),
            ("[", None),
        ] {
            assert_eq!(super::attachment(answer).as_deref(), expected, "{answer}");
        }
    }

    #[test]
    fn only_what_was_collected_on_a_page_of_ours_is_read() {
        let good = json!({ "type": "webauthn.get", "challenge": "AAAA", "origin": ORIGIN, "crossOrigin": false });
        let with = |name: &str, value: serde_json::Value| {
            let mut data = good.clone();
            data[name] = value;
            data
        };
        for (data, expected) in [
            (good.clone(), None),
            (with("origin", json!("https://id.moved.example")), None),
            (with("type", json!("webauthn.create")), Some(Wrong::Kind)),
            (with("type", json!("payment.get")), Some(Wrong::Kind)),
            (with("crossOrigin", json!(true)), Some(Wrong::Origin)),
            (with("topOrigin", json!(ORIGIN)), Some(Wrong::Origin)),
            (with("origin", json!("https://id.example/")), Some(Wrong::Origin)),
            (with("origin", json!("https://ID.example")), Some(Wrong::Origin)),
            (with("origin", json!("https://id.example:443")), Some(Wrong::Origin)),
            (with("origin", json!("https://id.example:8443")), Some(Wrong::Origin)),
            (with("origin", json!("http://id.example")), Some(Wrong::Origin)),
            (with("origin", json!("https://a.id.example")), Some(Wrong::Origin)),
            (with("origin", json!("https://id.example.evil.test")), Some(Wrong::Origin)),
            (with("origin", json!("android:apk-key-hash:AAAA")), Some(Wrong::Origin)),
            (with("origin", json!("null")), Some(Wrong::Origin)),
            (with("origin", json!(null)), Some(Wrong::Unreadable)),
            (json!([]), Some(Wrong::Unreadable)),
        ] {
            let checked = passkeys().check_client(data.to_string().as_bytes(), "webauthn.get");
            assert_eq!(checked.err(), expected, "{data}");
        }
    }

    #[test]
    fn an_answer_larger_or_deeper_than_any_device_gives_is_not_read() {
        let passkeys = passkeys();
        for answer in [
            String::new(),
            "{}".to_owned(),
            "[".repeat(10_000),
            " ".repeat(LONGEST_ANSWER + 1),
            json!({ "id": base64url(&[1; 1_024]), "rawId": base64url(&[1; 1_024]), "type": "public-key", "response": {
                "authenticatorData": "", "clientDataJSON": "", "signature": "" } })
            .to_string(),
        ] {
            assert_eq!(passkeys.read_use(&answer).err(), Some(Wrong::Unreadable), "{answer:.40}");
        }
    }
}
