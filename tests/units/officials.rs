//! Officials of five provinces on both sides of the reform: what each may do, over which unit, on the last day and on the first.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use idp_core::{
    office::{
        self, By, Confirmed, DeskError, Edit, HandOn, Kind, Limits, NewAssignment, PositionId, Reach, RoleGrant,
        RoleId, Scope, Seen, Separation, Side, Source, Verdict, starter,
    },
    org::{FOREVER, Span},
    people::{self, DataMatch, NewPerson, Profile},
    store::{Actor, Cx},
    types::{FullName, Id, Timestamp, id},
};
use idp_tests::House;
use serde_json::{Value, json};

use super::{
    lists::start,
    turn::{FIRST, LAST, Land, Over, Turn, Unit},
};

type Person = Id<id::Person>;
type Post = Id<id::Assignment>;

/// Phú Yên, Bà Rịa – Vũng Tàu, Thừa Thiên Huế, Đồng Nai, Bình Thuận.
const PROVINCES: [&str; 5] = ["54", "77", "46", "75", "60"];
const SCOPES: [&str; 6] = ["self", "unit", "subtree", "list", "territory", "non-territorial"];
const KINDS: [Kind; 7] =
    [Kind::Primary, Kind::Acting, Kind::Concurrent, Kind::InCharge, Kind::Secondment, Kind::BodyMember, Kind::External];
/// When they came to office.
const SINCE: &str = "2025-05-15";

/// Somebody in office.
struct Official {
    name: String,
    province: &'static str,
    person: Person,
}

/// Everybody in office before the reform.
pub(super) struct Officials {
    all: Vec<Official>,
    /// What each could do on the last day, as it was known before the reform was decided.
    known_before: Vec<Stood>,
}

/// A post on one day.
struct Stood {
    /// Its place in the list of officials.
    official: usize,
    post: Post,
    /// The post with which it began.
    elder: Post,
    unit: Unit,
    scope: &'static str,
    kind: Kind,
    /// Each role with what it permits, over what, until when.
    held: Vec<(RoleId, String, Reach, Timestamp)>,
}

fn operator(name: &str) -> Cx {
    Cx::job("test", start(SINCE)).acting(Actor::Operator(name.into()))
}

/// A name that nobody else has.
fn called(number: usize) -> String {
    const FAMILY: [&str; 10] = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Đặng", "Bùi"];
    const MIDDLE: [&str; 10] = ["Thị", "Văn", "Đức", "Minh", "Ngọc", "Quang", "Thanh", "Xuân", "Hữu", "Kim"];
    const GIVEN: [&str; 12] = ["An", "Bình", "Cúc", "Dũng", "Giang", "Hà", "Khánh", "Lan", "Mai", "Nam", "Phúc", "Yến"];
    format!("{} {} {}", FAMILY[number % 10], MIDDLE[number / 10 % 10], GIVEN[number / 100 % 12])
}

fn decided() -> Confirmed {
    Confirmed { number: "12/QĐ-UBND".into(), date: start(SINCE).day() }
}

/// A post to be given, without its holder.
struct Seat {
    province: &'static str,
    unit: Unit,
    scope: Scope,
    kind: Kind,
    role: RoleId,
    decision: Option<Confirmed>,
}

/// One seat in every unit of the five provinces, and in a unit of each sort one for each scope. Kinds and roles of the starter set take
/// turns, as far as a role may be held at the level.
fn seats(land: &Land) -> Vec<Seat> {
    let catalogue = starter::catalogue().expect("reads");
    let mut seats: Vec<Seat> = Vec::new();
    let mut sorts = BTreeSet::new();
    for province in PROVINCES {
        let units = land.of_province(province);
        for (place, unit) in units.iter().enumerate() {
            let row = &land.units[unit];
            let is_first = sorts.insert((province, &row.level, row.internal.is_empty()));
            for _ in 0..if is_first { SCOPES.len() } else { 1 } {
                let number = seats.len();
                let scope = match SCOPES[number % SCOPES.len()] {
                    "list" => Scope::Listed(BTreeSet::from([*unit, units[(place + 7) % units.len()]])),
                    word => Scope::from_word(word).expect("a word of a scope"),
                };
                let fits = |form: &&office::Form| form.levels.is_empty() || form.levels.contains(&row.level);
                let forms: Vec<&office::Form> = catalogue.roles.iter().filter(fits).collect();
                let form = forms[(number / SCOPES.len() + number) % forms.len()];
                let unconfirmed = number % 7 == 3 && !form.administers();
                let decision = (!unconfirmed).then(decided);
                let (kind, role) = (KINDS[number % KINDS.len()], form.id.clone());
                seats.push(Seat { province, unit: *unit, scope, kind, role, decision });
            }
        }
    }
    seats
}

/// Gives one seat to somebody new, and signs as the second person where the role asks for one.
async fn seat(house: &House, number: usize, seat: &Seat) -> (Official, Post) {
    let name = called(number);
    let profile = &Profile { name: FullName::parse(&name).expect("a name"), birthdate: None };
    let cx = operator("an#0");
    let made = house.db().write(&cx, |tx| {
        Box::pin(async move {
            let new = NewPerson { profile: profile.clone(), number: None, data_match: DataMatch::Matched };
            let person = people::add_person(tx, new).await?;
            let given = office::assign(tx, &By::Operator, new_post(person, seat)).await?;
            Ok::<_, DeskError>((person, given))
        })
    });
    let (person, given) = made.await.unwrap_or_else(|error| panic!("{name}, {:?}: {error}", seat.role));
    if given.waits {
        let (cx, seen) = (operator("binh#0"), Seen { post: given.post, revision: None });
        let signed = house.db().write(&cx, |tx| Box::pin(office::decide(tx, &By::Operator, seen, Verdict::Approve)));
        signed.await.expect("is approved");
    }
    (Official { name, province: seat.province, person }, given.post)
}

fn new_post(person: Person, seat: &Seat) -> NewAssignment {
    NewAssignment {
        person,
        unit: seat.unit,
        position: PositionId::parse("chuyen-vien").expect("a word"),
        kind: seat.kind,
        roles: vec![RoleGrant { role: seat.role.clone(), parties: None }],
        scope: seat.scope.clone(),
        span: Span { from: start(SINCE), until: FOREVER },
        decision: seat.decision.clone(),
        limits: Limits::default(),
        source: Source::Office,
    }
}

fn role(word: &str) -> RoleId {
    RoleId::parse(word).expect("a word")
}

impl Officials {
    /// Puts them into office in a country that was not reformed yet.
    pub(super) async fn take_office(house: &House) -> Self {
        let (cx, catalogue) = (operator("an#0"), &starter::catalogue().expect("reads"));
        let loaded = house.db().write(&cx, |tx| Box::pin(starter::load(tx, &By::Operator, catalogue))).await;
        loaded.expect("loads");
        let land = Land::of(house, LAST).await;
        let mut all = Vec::new();
        for one in seats(&land) {
            all.push(seat(house, all.len(), &one).await.0);
        }
        for province in PROVINCES {
            hand_on(house, &land, province, &mut all).await;
            part(house, &land, province, &mut all).await;
        }
        let sides = ["thong-ke", "chuyen-vien-thu-ly"].map(|word| Side::Role(role(word)));
        let [one, other] = sides;
        let parted = &Separation(one, other);
        let done = house.db().write(&cx, |tx| Box::pin(office::separate(tx, &By::Operator, parted))).await;
        assert!(done.expect("the operator may"));
        let known_before = standing(house, &all, LAST).await;
        Self { all, known_before }
    }
}

/// The acting head of a committee at each level hands their role on to a deputy.
async fn hand_on(house: &House, land: &Land, province: &'static str, all: &mut Vec<Official>) {
    for level in ["province", "district", "commune"] {
        let committee = |unit: &&Unit| {
            let row = &land.units[*unit];
            row.level == level && row.internal.ends_with("-ubnd")
        };
        let units = land.of_province(province);
        let unit = *units.iter().find(committee).expect("there is a committee");
        let head = Seat {
            province,
            unit,
            scope: Scope::Subtree,
            kind: Kind::Acting,
            role: role("lanh-dao-don-vi"),
            decision: Some(decided()),
        };
        let (giver, from) = seat(house, all.len(), &head).await;
        let clerk = Seat { role: role("theo-doi-han"), scope: Scope::Own, kind: Kind::Primary, ..head };
        let (deputy, _) = seat(house, all.len() + 1, &clerk).await;
        let scope = if level == "district" { Scope::Unit } else { Scope::Subtree };
        let until = start("2025-12-01");
        let what = &HandOn {
            from,
            to: deputy.person,
            roles: vec![RoleGrant { role: role("lanh-dao-don-vi"), parties: None }],
            scope,
            span: Span { from: start(SINCE), until },
            decision: Some(decided()),
            limits: Limits::default(),
        };
        let cx = Cx::job("test", start(SINCE)).acting(Actor::Person(giver.person));
        let given = house.db().write(&cx, |tx| Box::pin(office::hand_on(tx, what.clone()))).await;
        assert!(!given.expect("is handed on").waits);
        all.extend([giver, deputy]);
    }
}

/// Somebody with two posts, of which the older one silences the younger by a separation of duties.
async fn part(house: &House, land: &Land, province: &'static str, all: &mut Vec<Official>) {
    let communes = land.of_province(province);
    let unit = *communes.iter().find(|unit| land.units[*unit].level == "commune").expect("there is a commune");
    let elder = Seat {
        province,
        unit,
        scope: Scope::Unit,
        kind: Kind::Primary,
        role: role("thong-ke"),
        decision: Some(decided()),
    };
    let (official, _) = seat(house, all.len(), &elder).await;
    let of_district = land.units[&unit].parent.expect("a district");
    let beside = Seat { unit: of_district, kind: Kind::Concurrent, role: role("chuyen-vien-thu-ly"), ..elder };
    let (cx, new) = (operator("an#0"), &new_post(official.person, &beside));
    let given = house.db().write(&cx, |tx| Box::pin(office::assign(tx, &By::Operator, new.clone())));
    given.await.expect("the operator gives it");
    all.push(official);
}

/// Every post that counts on a day, with what it lets its holder do then.
async fn standing(house: &House, officials: &[Official], on: &str) -> Vec<Stood> {
    let at = start(on);
    let mut conn = house.db().read().await.expect("reads");
    let mut found = Vec::new();
    for (official, one) in officials.iter().enumerate() {
        let world = office::world(&mut conn, one.person, at).await.expect("reads");
        for post in world.posts_of(one.person).into_iter().filter(|post| post.counts_at(at)) {
            let rights = office::effective(&world, post.id, at);
            let held = rights.map(|rights| rights.held).unwrap_or_default().into_iter().map(|held| {
                let words: Vec<&str> = held.permissions.iter().map(office::Word::as_str).collect();
                (held.role, words.join(" "), held.reach, held.until)
            });
            let (unit, scope) = (post.unit, post.scope.word());
            let (held, kind) = (held.collect(), post.kind);
            found.push(Stood { official, post: post.id, elder: post.elder, unit, scope, kind, held });
        }
    }
    found
}

/// Where everything goes that no whole successor says, as somebody at a desk would choose: the first successor that is named.
pub(super) fn choices(trial: &Value) -> Value {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let touched: HashMap<String, Value> =
        list(&trial["touched"]).into_iter().map(|one| (one["unit"].to_string(), one)).collect();
    let mut units = BTreeSet::new();
    let mut chosen = Vec::new();
    for stands in list(&trial["dependents"]).into_iter().filter(|stands| stands["to"].is_null()) {
        if !units.insert(stands["unit"].to_string()) {
            continue;
        }
        let heir = &touched[&stands["unit"].to_string()]["heirs"][0]["unit"];
        let heir = touched.get(&heir.to_string()).unwrap_or_else(|| panic!("{stands} goes nowhere"));
        let code = |scheme: &str| {
            let codes = list(&heir["after"]["codes"]);
            let found = codes.iter().find(|code| code["scheme"] == scheme)?;
            found["value"].as_str().map(str::to_owned)
        };
        let to = match (heir["turn"].as_str(), code("gso"), code("internal")) {
            (Some("begins"), Some(gso), _) => json!({"ref": format!("new-{gso}")}),
            (Some("begins"), _, Some(key)) => json!({"ref": key}),
            _ => heir["unit"].clone(),
        };
        chosen.push(json!({"unit": stands["unit"], "to": to}));
    }
    Value::Array(chosen)
}

/// Which roles of the starter set may be held at which levels; any, where none is named.
fn levels() -> HashMap<RoleId, BTreeSet<String>> {
    let roles = starter::catalogue().expect("reads").roles.into_iter();
    roles.map(|form| (form.id, form.levels.into_iter().collect())).collect()
}

/// What somebody holds, right by right, over each unit.
fn covered(turn: &Turn, stood: &Stood, on: &str) -> BTreeMap<(RoleId, String), BTreeSet<Over>> {
    let mut all: BTreeMap<(RoleId, String), BTreeSet<Over>> = BTreeMap::new();
    for (role, words, reach, _) in &stood.held {
        all.entry((role.clone(), words.clone())).or_default().extend(turn.covered(reach, on));
    }
    all
}

fn holds(stood: &Stood, word: &str) -> bool {
    stood.held.iter().any(|held| held.0 == role(word))
}

/// What one post gained or lost, each as right and unit.
fn changes(turn: &Turn, old: &Stood, new: &Stood) -> Vec<String> {
    let (before, after) = (covered(turn, old, LAST), covered(turn, new, FIRST));
    let mut found = Vec::new();
    let stays = turn.after.units.contains_key(&old.unit);
    let heir = turn.heirs.get(&old.unit).is_some_and(|heirs| heirs.contains(&new.unit));
    if (stays && old.unit != new.unit) || (!stays && !heir) {
        found.push(format!("stands in {}", turn.name(Over::Unit(new.unit))));
    }
    for (right, units) in &after {
        let theirs = before.get(right).cloned().unwrap_or_default();
        let gained = units.iter().filter(|over| match over {
            Over::Everything => !theirs.contains(over),
            Over::Own(unit) => *unit != new.unit || !theirs.contains(&Over::Own(old.unit)),
            Over::Unit(unit) => !turn.was_theirs(*unit, &theirs),
        });
        found.extend(gained.map(|over| format!("gains {} ({}) over {}", right.0.as_str(), right.1, turn.name(*over))));
    }
    let level = turn.after.units.get(&new.unit).map(|row| row.level.clone()).unwrap_or_default();
    let levels = levels();
    // The set ends the level of districts, and with it what can be held there alone.
    let goes_on = |role: &RoleId| levels[role].is_empty() || levels[role].contains(&level);
    for (right, theirs) in before.iter().filter(|(right, _)| goes_on(&right.0)) {
        let has = after.get(right).cloned().unwrap_or_default();
        let lost = theirs.iter().filter(|over| match over {
            Over::Everything => !has.contains(over),
            Over::Own(_) => !has.contains(&Over::Own(new.unit)),
            Over::Unit(unit) => {
                let mut heirs = turn.heirs.get(unit).into_iter().flatten();
                let went_on = turn.heirs.contains_key(unit) && heirs.all(|heir| has.contains(&Over::Unit(*heir)));
                let wholly = turn.own_heirs(*unit, theirs).all(|heir| has.contains(&Over::Unit(heir)));
                !(wholly && (went_on || has.contains(over)))
            }
        });
        found.extend(lost.map(|over| format!("loses {} ({}) over {}", right.0.as_str(), right.1, turn.name(*over))));
    }
    let latest = |stood: &Stood| stood.held.iter().map(|(.., until)| *until).max();
    if latest(new) > latest(old) {
        found.push("holds it for longer".to_owned());
    }
    found
}

impl Officials {
    /// Every right that somebody gained or lost unasked, by person, province, right and unit.
    pub(super) async fn unasked(&self, house: &House) -> Vec<String> {
        let turn = Turn::of(house).await;
        let (last, first) = (standing(house, &self.all, LAST).await, standing(house, &self.all, FIRST).await);
        let mut found = Vec::new();
        let mut say = |stood: &Stood, what: &str| {
            let Official { name, province, .. } = &self.all[stood.official];
            let place = turn.name(Over::Unit(stood.unit));
            found.push(format!("{name}, {province}, {place} ({}, {:?}): {what}", stood.scope, stood.kind));
        };
        let by_elder = |all: &'_ [Stood]| -> HashMap<Post, Vec<usize>> {
            let mut places: HashMap<Post, Vec<usize>> = HashMap::new();
            for (place, stood) in all.iter().enumerate() {
                places.entry(stood.elder).or_default().push(place);
            }
            places
        };
        let (on_last, on_first) = (by_elder(&last), by_elder(&first));
        for old in &self.known_before {
            let same_day = on_last.get(&old.elder).map(Vec::as_slice);
            if !matches!(same_day, Some([place]) if covered(&turn, &last[*place], LAST) == covered(&turn, old, LAST)) {
                say(old, "the last day before is another one now");
            }
            match on_first.get(&old.elder).map(Vec::as_slice) {
                Some([place]) => changes(&turn, old, &first[*place]).iter().for_each(|what| say(old, what)),
                other => say(old, &format!("has {} posts in its place", other.map_or(0, <[usize]>::len))),
            }
        }
        for new in first.iter().filter(|new| !self.known_before.iter().any(|old| old.elder == new.elder)) {
            say(new, "has a post that nobody gave");
        }
        self.everything_was_looked_at(&turn);
        found
    }

    /// Widens the post of one acting head of a commune and empties that of one clerk, as a wrong rule would have done: what the comparison
    /// must say then begins with these words.
    pub(super) async fn wrong(&self, house: &House) -> [String; 2] {
        let (first, land) = (standing(house, &self.all, FIRST).await, Land::of(house, FIRST).await);
        let of_commune = |unit: Unit| {
            let row = &land.units[&unit];
            row.level == "commune" && row.internal.ends_with("-ubnd")
        };
        // Their subtree became a list, because the subtree of the new unit is more.
        let was_subtree =
            |elder: Post| self.known_before.iter().any(|old| old.elder == elder && old.scope == "subtree");
        let head = |stood: &&Stood| {
            let narrowed = stood.scope == "list" && was_subtree(stood.elder) && of_commune(stood.unit);
            stood.kind == Kind::Acting && narrowed && holds(stood, "lanh-dao-don-vi")
        };
        let clerk = |stood: &&Stood| stood.kind != Kind::Delegated && holds(stood, "nhan-ho-so");
        let [head, clerk] = [first.iter().find(head), first.iter().find(clerk)].map(|found| found.expect("is there"));
        let wide = Edit { scope: Some(Scope::Subtree), ..Edit::default() };
        let empty = Edit { roles: Some(Vec::new()), ..Edit::default() };
        for (stood, edit) in [(head, &wide), (clerk, &empty)] {
            let (cx, seen) = (house.cx(), Seen { post: stood.post, revision: None });
            let done =
                house.db().write(&cx, |tx| Box::pin(office::change(tx, &By::Operator, seen, edit.clone()))).await;
            done.expect("the operator changes it");
        }
        [head, clerk].map(|stood| {
            let Official { name, province, .. } = &self.all[stood.official];
            format!("{name}, {province}, ")
        })
    }

    /// The officials are as many and as different as was meant, so the comparison above compared something.
    fn everything_was_looked_at(&self, turn: &Turn) {
        let counted: Vec<&Stood> = self.known_before.iter().filter(|stood| !stood.held.is_empty()).collect();
        assert!(counted.len() > 850, "{} posts count", counted.len());
        for province in PROVINCES {
            for level in ["province", "district", "commune"] {
                for agency in [true, false] {
                    let there = |stood: &&&Stood| {
                        let row = &turn.before.units[&stood.unit];
                        self.all[stood.official].province == province
                            && row.level == level
                            && row.internal.is_empty() != agency
                    };
                    let scopes: BTreeSet<&str> = counted.iter().filter(there).map(|stood| stood.scope).collect();
                    assert_eq!(scopes, BTreeSet::from(SCOPES), "{province} {level}, agency: {agency}");
                }
            }
        }
        let roles: BTreeSet<&RoleId> = counted.iter().flat_map(|stood| stood.held.iter().map(|held| &held.0)).collect();
        let all = starter::catalogue().expect("reads").roles;
        let missing: Vec<&str> =
            all.iter().map(|form| &form.id).filter(|id| !roles.contains(id)).map(RoleId::as_str).collect();
        assert_eq!(missing, ["quan-tri-trung-uong"], "the centre is no province");
        assert!(KINDS.iter().chain([&Kind::Delegated]).all(|kind| counted.iter().any(|stood| stood.kind == *kind)));
        let silent = self.known_before.iter().filter(|stood| stood.held.is_empty()).count();
        assert_eq!(silent, PROVINCES.len(), "a separation of duties silences one post in each province");
    }
}
