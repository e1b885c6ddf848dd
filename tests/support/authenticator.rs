//! An authenticator in memory, written from the specification (Web Authentication Level 3 sections 5.8 and 6), with a knob for each thing
//! that an attacker could turn.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use idp_core::crypto::{digest, random};
use openssl::{
    bn::BigNumContext,
    ec::{EcGroup, EcKey},
    hash::MessageDigest,
    nid::Nid,
    pkey::{PKey, Private},
    sign::Signer,
};
use serde_json::{Value, json};

use super::{Browser, House, Page as Shown, Person};

/// Flags of the authenticator data (section 6.1).
pub mod flags {
    /// The holder was present.
    pub const UP: u8 = 0x01;
    /// The device knew its holder.
    pub const UV: u8 = 0x04;
    /// The key may be copied to other devices.
    pub const BE: u8 = 0x08;
    /// It has been.
    pub const BS: u8 = 0x10;
    /// Attested credential data follow.
    pub const AT: u8 = 0x40;
    /// Extensions follow.
    pub const ED: u8 = 0x80;
}

/// One key on one device, and what the browser around it says.
pub struct Authenticator {
    key: PKey<Private>,
    /// The credential id.
    pub id: Vec<u8>,
    /// The handle of the account, from the creation.
    pub user: Vec<u8>,
    /// Counts signatures; `0` for ever where the device does not count.
    pub counter: u32,
    /// Flags of each answer.
    pub flags: u8,
    /// Where the browser says that a new key is kept.
    pub attachment: &'static str,
    /// What the browser says of the page.
    pub page: Page,
}

/// What the browser says of the page (section 5.8.1).
#[derive(Clone)]
pub struct Page {
    /// Its origin.
    pub origin: String,
    /// The rp id that the authenticator hashes.
    pub rp_id: String,
    /// `type` of the client data, where it is not the right one.
    pub kind: Option<&'static str>,
    /// Further members of the client data.
    pub more: Value,
}

impl Page {
    /// A page of a server.
    pub fn of(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            rp_id: "localhost".to_owned(),
            kind: None,
            more: json!({ "crossOrigin": false }),
        }
    }

    fn client_data(&self, usual: &str, challenge: &str) -> Vec<u8> {
        let mut data = json!({ "type": self.kind.unwrap_or(usual), "challenge": challenge, "origin": self.origin });
        for (name, value) in self.more.as_object().into_iter().flatten() {
            data[name] = value.clone();
        }
        data.to_string().into_bytes()
    }
}

/// base64url without padding.
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A byte string of CBOR (RFC 8949).
pub fn cbor_bytes(bytes: &[u8]) -> Vec<u8> {
    cbor_head(0x40, bytes.len()).into_iter().chain(bytes.iter().copied()).collect()
}

fn cbor_text(text: &str) -> Vec<u8> {
    cbor_head(0x60, text.len()).into_iter().chain(text.bytes()).collect()
}

fn cbor_head(major: u8, length: usize) -> Vec<u8> {
    match length {
        0..=23 => vec![major | length as u8],
        24..=255 => vec![major | 0x18, length as u8],
        _ => [vec![major | 0x19], (length as u16).to_be_bytes().to_vec()].concat(),
    }
}

/// An ES256 key as COSE (RFC 9053 section 7.1).
pub fn cose_key(x: &[u8], y: &[u8]) -> Vec<u8> {
    [vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21], cbor_bytes(x), vec![0x22], cbor_bytes(y)].concat()
}

/// An attestation object of format `none` around authenticator data.
pub fn attestation_object(data: &[u8]) -> Vec<u8> {
    let map = [cbor_text("fmt"), cbor_text("none"), cbor_text("attStmt"), vec![0xa0], cbor_text("authData")].concat();
    [vec![0xa3], map, cbor_bytes(data)].concat()
}

impl Authenticator {
    /// A device whose key stays on it and that counts.
    pub fn new(origin: &str) -> Self {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).expect("P-256");
        let key = PKey::from_ec_key(EcKey::generate(&group).expect("a key")).expect("a key");
        let id = random::bytes::<32>().to_vec();
        let flags = flags::UP | flags::UV;
        Self { key, id, user: Vec::new(), counter: 0, flags, attachment: "platform", page: Page::of(origin) }
    }

    /// One that can be carried away, as an envelope needs it.
    pub fn portable(origin: &str) -> Self {
        Self { attachment: "cross-platform", ..Self::new(origin) }
    }

    /// One whose key is copied to its holder's other devices, and that does not count.
    pub fn synced(origin: &str) -> Self {
        Self { flags: flags::UP | flags::UV | flags::BE | flags::BS, ..Self::new(origin) }
    }

    fn point(&self) -> (Vec<u8>, Vec<u8>) {
        let key = self.key.ec_key().expect("an EC key");
        let mut context = BigNumContext::new().expect("memory");
        let (mut x, mut y) = (openssl::bn::BigNum::new().expect("memory"), openssl::bn::BigNum::new().expect("memory"));
        key.public_key().affine_coordinates(key.group(), &mut x, &mut y, &mut context).expect("a point");
        (x.to_vec_padded(32).expect("32 bytes"), y.to_vec_padded(32).expect("32 bytes"))
    }

    /// The head of the authenticator data: hash, flags, counter.
    fn head(&self, flags: u8) -> Vec<u8> {
        let hash = digest::sha256(self.page.rp_id.as_bytes());
        [&hash.bytes()[..], &[flags], &self.counter.to_be_bytes()].concat()
    }

    /// Authenticator data of a creation with this COSE key.
    pub fn creation_data(&self, cose: &[u8]) -> Vec<u8> {
        let length = (self.id.len() as u16).to_be_bytes();
        [self.head(self.flags | flags::AT), vec![0; 16], length.to_vec(), self.id.clone(), cose.to_vec()].concat()
    }

    /// Answers `publicKey` of a creation.
    pub fn create(&mut self, options: &Value) -> String {
        self.user = URL_SAFE_NO_PAD.decode(text(&options["user"]["id"])).expect("a handle");
        let (x, y) = self.point();
        let object = attestation_object(&self.creation_data(&cose_key(&x, &y)));
        self.creation_answer(options, &object)
    }

    /// A creation's answer around any attestation object.
    pub fn creation_answer(&self, options: &Value, object: &[u8]) -> String {
        let client = self.page.client_data("webauthn.create", text(&options["challenge"]));
        let response = json!({
            "clientDataJSON": base64url(&client),
            "attestationObject": base64url(object),
            "transports": ["internal", "hybrid", "smart-card"],
        });
        let id = base64url(&self.id);
        let extensions = json!({ "credProps": { "rk": true } });
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": extensions,
            "authenticatorAttachment": self.attachment })
        .to_string()
    }

    /// Answers `publicKey` of a use. A device that counts, counts.
    pub fn get(&mut self, options: &Value) -> String {
        if self.flags & flags::BE == 0 {
            self.counter += 1;
        }
        self.answer(options)
    }

    /// The same without counting.
    pub fn answer(&self, options: &Value) -> String {
        let client = self.page.client_data("webauthn.get", text(&options["challenge"]));
        let data = self.head(self.flags);
        let signed = [data.clone(), digest::sha256(&client).bytes().to_vec()].concat();
        let mut signer = Signer::new(MessageDigest::sha256(), &self.key).expect("signs");
        signer.update(&signed).expect("signs");
        let signature = signer.sign_to_vec().expect("signs");
        let response = json!({
            "clientDataJSON": base64url(&client),
            "authenticatorData": base64url(&data),
            "signature": base64url(&signature),
            "userHandle": base64url(&self.user),
        });
        let id = base64url(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {} })
            .to_string()
    }
}

/// What a page's script was told to ask.
pub struct Asked {
    /// Comes back with the answer.
    pub ceremony: String,
    /// `publicKey`.
    pub options: Value,
}

impl Browser {
    /// Fetches what the script of a page asks the device. The whole answer, so that refusals can be looked at.
    pub async fn ask(&mut self, page: &Shown) -> Shown {
        let options = page.attribute("#passkey-form", "data-options").expect("a form for passkeys");
        let address = page.url.join(&options).expect("an address");
        let csrf = page.attribute("#passkey-form input[name=csrf]", "value").expect("a token");
        self.post(address.as_str(), &[("csrf", &csrf)]).await
    }

    /// What the script of a page asks the device.
    pub async fn asked(&mut self, page: &Shown) -> Asked {
        let answer = self.ask(page).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let body: Value = serde_json::from_str(&answer.body).expect("JSON");
        Asked { ceremony: text(&body["ceremony"]).to_owned(), options: body["publicKey"].clone() }
    }

    /// Sends an answer as the script does, following nothing.
    pub async fn answer(&mut self, page: &Shown, ceremony: &str, answer: &str) -> Shown {
        self.submit_only(page, "passkey-form", &[("ceremony", ceremony), ("answer", answer)]).await
    }

    /// Uses a passkey on a page and goes on.
    pub async fn use_passkey(&mut self, page: &Shown, key: &mut Authenticator) -> Shown {
        let asked = self.asked(page).await;
        let answer = self.answer(page, &asked.ceremony, &key.get(&asked.options)).await;
        self.follow(answer).await
    }

    /// Makes a passkey on a page and goes on.
    pub async fn make_passkey(&mut self, page: &Shown, key: &mut Authenticator) -> Shown {
        let asked = self.asked(page).await;
        let answer = self.answer(page, &asked.ceremony, &key.create(&asked.options)).await;
        self.follow(answer).await
    }
}

impl House {
    /// Gives a person this passkey, as they would do it themself. The browser stays signed in by password.
    pub async fn with_passkey(&self, person: &Person, key: &mut Authenticator) -> Browser {
        let mut browser = Browser::new();
        let page = browser.open(&self.at("/account/passkeys/new")).await;
        let page = if page.name() == "sign-in" { browser.enter(&page, person).await } else { page };
        assert_eq!(page.name(), "passkey-create", "{} {}", page.status, page.body);
        let page = browser.make_passkey(&page, key).await;
        assert_eq!(page.name(), "passkeys", "{} {}", page.status, page.body);
        browser
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
