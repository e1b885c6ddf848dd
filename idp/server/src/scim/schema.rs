//! What this door is (RFC 7643 sections 5 to 8, RFC 9865): the same tables that its parsers follow, as documents for clients.

use serde_json::{Value, json};

use super::{PREFIX, error::Stop, error::Why};

/// Users of the core schema.
pub(super) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// Groups of the core schema.
pub(super) const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// What makes a user an official: their number and their posts.
pub(super) const OFFICIAL: &str = "urn:vn:idp:params:scim:schemas:official:1.0:User";
/// What makes a group a unit: its level, codes and time.
pub(super) const UNIT: &str = "urn:vn:idp:params:scim:schemas:unit:1.0:Group";

const PROVIDER: &str = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
const TYPE: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";

/// Things on a page, at most; what a page has where nobody says.
pub(super) const MOST: usize = 200;
pub(super) const USUAL: usize = 50;
/// Operations of one bulk request, and bytes of any body.
pub(super) const MOST_OPERATIONS: usize = 200;
pub(super) const LARGEST: usize = 1024 * 1024;

/// The two kinds of resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    Users,
    Groups,
}

impl Of {
    /// Its word in paths.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Users => "Users",
            Self::Groups => "Groups",
        }
    }
}

/// `/ServiceProviderConfig`
pub(super) fn provider(issuer: &str) -> Value {
    json!({
        "schemas": [PROVIDER],
        "documentationUri": format!("{issuer}/api/openapi.json"),
        "patch": {"supported": true},
        "bulk": {"supported": true, "maxOperations": MOST_OPERATIONS, "maxPayloadSize": LARGEST},
        "filter": {"supported": true, "maxResults": MOST},
        "changePassword": {"supported": false},
        "sort": {"supported": false},
        "etag": {"supported": true},
        "pagination": {"cursor": true, "index": true, "defaultPaginationMethod": "index", "defaultPageSize": USUAL, "maxPageSize": MOST},
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "OAuth 2.0",
            "description": "client_credentials, scope admin, resource of this address",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "primary": true,
        }],
        "meta": {"resourceType": "ServiceProviderConfig", "location": format!("{issuer}{PREFIX}/ServiceProviderConfig")},
    })
}

/// `/ResourceTypes`
pub(super) fn types(issuer: &str) -> Vec<Value> {
    let of = |name: &str, endpoint: &str, schema: &str, extension: &str| {
        json!({
            "schemas": [TYPE], "id": name, "name": name, "endpoint": endpoint, "schema": schema,
            "schemaExtensions": [{"schema": extension, "required": false}],
            "meta": {"resourceType": "ResourceType", "location": format!("{issuer}{PREFIX}/ResourceTypes/{name}")},
        })
    };
    vec![of("User", "/Users", USER, OFFICIAL), of("Group", "/Groups", GROUP, UNIT)]
}

/// One of a list of documents, by its id.
pub(super) fn one(documents: Vec<Value>, id: &str) -> Result<Value, Stop> {
    documents.into_iter().find(|document| document["id"] == id).ok_or_else(|| Why::NotFound.into())
}

/// How an attribute behaves, beside its name and type.
struct Is<'a> {
    mutability: &'a str,
    returned: &'a str,
    many: bool,
    required: bool,
    uniqueness: &'a str,
}

const PLAIN: Is<'static> =
    Is { mutability: "readWrite", returned: "default", many: false, required: false, uniqueness: "none" };
const READ: Is<'static> = Is { mutability: "readOnly", ..PLAIN };

fn text(name: &str, says: &str, is: &Is<'_>) -> Value {
    attribute(name, ("string", &[]), says, is)
}

fn attribute(name: &str, (kind, parts): (&str, &[Value]), says: &str, is: &Is<'_>) -> Value {
    let mut made = json!({
        "name": name, "type": kind, "multiValued": is.many, "description": says, "required": is.required,
        "mutability": is.mutability, "returned": is.returned,
    });
    if kind == "complex" {
        made["subAttributes"] = parts.to_vec().into();
    } else {
        made["caseExact"] = (kind == "reference").into();
        made["uniqueness"] = is.uniqueness.into();
    }
    if kind == "reference" {
        made["referenceTypes"] = json!(["User", "Group"]);
    }
    made
}

/// `/Schemas`
pub(super) fn schemas(issuer: &str) -> Vec<Value> {
    let of = |id: &str, name: &str, says: &str, attributes: Vec<Value>| {
        json!({
            "schemas": [SCHEMA], "id": id, "name": name, "description": says, "attributes": attributes,
            "meta": {"resourceType": "Schema", "location": format!("{issuer}{PREFIX}/Schemas/{id}")},
        })
    };
    vec![
        of(USER, "User", "An official", user()),
        of(OFFICIAL, "Official", "Number and posts of an official", official()),
        of(GROUP, "Group", "A unit and who serves there", group()),
        of(UNIT, "Unit", "Level, codes and time of a unit", unit()),
    ]
}

/// Every attribute of a resource: its schema's, its extension as one attribute of many parts, and those that no schema lists (RFC 7643
/// section 3.1).
pub(super) fn tree(of: Of) -> Vec<Value> {
    let times = ["created", "lastModified"].map(|name| attribute(name, ("dateTime", &[]), "", &READ));
    let meta = ["resourceType", "location", "version"].map(|name| text(name, "", &READ));
    let (mut tree, extension, own, meta) = match of {
        Of::Users => (user(), OFFICIAL, official(), [&meta[..], &times[..]].concat()),
        // A group of a list is another version than the same one with its members, and says no times.
        Of::Groups => (group(), UNIT, unit(), meta[..2].to_vec()),
    };
    tree.extend([
        text("schemas", "", &Is { many: true, ..READ }),
        text("id", "", &READ),
        attribute("meta", ("complex", &meta), "", &READ),
        attribute(extension, ("complex", &own), "", &PLAIN),
    ]);
    if of == Of::Users {
        tree.push(text("externalId", "", &PLAIN));
    }
    tree
}

fn user() -> Vec<Value> {
    let fixed = Is { mutability: "immutable", ..PLAIN };
    let name = [
        text("formatted", "The whole name, as written", &fixed),
        text("familyName", "Its first word", &fixed),
        text("middleName", "Its words between", &fixed),
        text("givenName", "Its last word", &fixed),
    ];
    let groups = [
        text("value", "The unit", &READ),
        attribute("$ref", ("reference", &[]), "Its address", &READ),
        text("display", "Its name", &READ),
        text("type", "direct", &READ),
    ];
    let named = Is { required: true, uniqueness: "server", ..PLAIN };
    vec![
        text("userName", "What the caller calls this person; unique for the caller", &named),
        attribute("name", ("complex", &name), "The name, Vietnamese order; never changed from here", &fixed),
        attribute(
            "active",
            ("boolean", &[]),
            "false: they left, and every post, session and token ends at once; true gives nothing back",
            &PLAIN,
        ),
        attribute("groups", ("complex", &groups), "The units in which they have a post", &Is { many: true, ..READ }),
    ]
}

fn official() -> Vec<Value> {
    let unit = [
        text("scheme", "gso, agency-2020, agency-2016 or internal", &PLAIN),
        text("code", "Its code in that scheme", &PLAIN),
        text("id", "Its id, instead of a code", &PLAIN),
        text("display", "Its name", &READ),
    ];
    let decision = [text("number", "Its number", &PLAIN), text("date", "Its day, YYYY-MM-DD", &PLAIN)];
    let needed = Is { required: true, ..PLAIN };
    let posts = [
        text("id", "Names the post; sent back, it changes this one", &PLAIN),
        attribute("unit", ("complex", &unit), "Where", &needed),
        text("position", "As what: a word of the catalogue of positions", &needed),
        text("kind", "primary, concurrent, secondment, acting, in-charge, body-member or external", &PLAIN),
        text("roles", "Words of the catalogue of roles", &Is { many: true, ..PLAIN }),
        text("scope", "self, unit, subtree, list, territory or non-territorial", &PLAIN),
        attribute("scopeUnits", ("complex", &unit), "The units of the scope list", &Is { many: true, ..PLAIN }),
        text(
            "documentClasses",
            "Classes of documents that may be signed; none: no such limit",
            &Is { many: true, ..PLAIN },
        ),
        attribute("noRedelegate", ("boolean", &[]), "true: nothing may be handed on from it", &PLAIN),
        text("from", "The first day, YYYY-MM-DD", &needed),
        text("until", "The last day; absent: open", &PLAIN),
        attribute("decision", ("complex", &decision), "Without one: ninety days, and nothing to administer", &PLAIN),
        text("state", "active, or pending: a second person must approve", &READ),
    ];
    let number = Is { mutability: "writeOnly", returned: "never", ..PLAIN };
    vec![
        text("personalNumber", "The personal identification number; needed for a new user", &number),
        attribute(
            "posts",
            ("complex", &posts),
            "Posts that count or will, in the caller's units",
            &Is { many: true, ..PLAIN },
        ),
    ]
}

fn group() -> Vec<Value> {
    let members = [
        text("value", "The official", &READ),
        attribute("$ref", ("reference", &[]), "Their address", &READ),
        text("display", "Their name", &READ),
        text("type", "User", &READ),
    ];
    vec![
        text("displayName", "The name of the unit", &READ),
        attribute("members", ("complex", &members), "Who has a post there now", &Is { many: true, ..READ }),
    ]
}

fn unit() -> Vec<Value> {
    let codes = [text("scheme", "Who gave it", &READ), text("code", "The code", &READ)];
    vec![
        text("level", "Its level: a word of the list of levels", &READ),
        text("kind", "territory, agency, …", &READ),
        text("parent", "The unit above", &READ),
        attribute("codes", ("complex", &codes), "Its codes now", &Is { many: true, ..READ }),
        text("from", "Since which day it exists", &READ),
        text("until", "Its last day, where one is decided", &READ),
    ]
}
