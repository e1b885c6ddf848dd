//! The catalogue cannot be used to get more than one has.

use super::{
    super::{Beyond, Class, Form, Giver, Permission, Refused, Role, Word, admit_role, effective},
    Country,
    country::{a_post, day},
    post, role,
};

#[test]
fn editing_a_role_raises_nobody_above_the_editor() {
    let mut country = Country::new();
    country.put(a_post(1, 1, 0, &["owner"]));
    country.put(a_post(2, 2, 1, &["province-admin"]));
    let form = |word: &str| country.world.roles.get(&role(word)).expect("is there").form.clone();
    let edited = |word: &str, change: fn(&mut Form)| {
        let mut edited = form(word);
        change(&mut edited);
        edited
    };
    let cases = [
        (1, edited("receive", |form| form.rank = 13), Ok(())),
        (1, edited("receive", |form| form.rank = 100), Err(Refused::Beyond(Beyond::TooHigh(role("receive"))))),
        (1, edited("owner", |form| form.four_eyes = false), Err(Refused::Beyond(Beyond::Oneself))),
        (2, edited("receive", |form| form.rank = 13), Err(Refused::Beyond(Beyond::NoPower))),
        (
            1,
            edited("auditor", |form| {
                form.permissions.insert(Word::Ours(Permission::SupportPeople));
            }),
            Err(Refused::Beyond(Beyond::NotHeld(Permission::SupportPeople))),
        ),
        // Out of the business class, it would no longer stand against the owner's role.
        (1, edited("receive", |form| form.class = Class::Administration), Err(Refused::Field("role"))),
        (
            1,
            edited("report", |form| {
                form.class = Class::Administration;
                form.permissions.clear();
            }),
            Err(Refused::Beyond(Beyond::Oneself)),
        ),
        (
            1,
            edited("receive", |form| {
                form.permissions.insert(Word::Ours(Permission::AssignOfficials));
            }),
            Err(Refused::Field("role")),
        ),
    ];
    for (by, form, expected) in cases {
        let giver = Giver::of(&effective(&country.world, post(by), day(1)).expect("counts"));
        let was = country.world.roles.get(&form.id);
        let admitted = admit_role(&country.world, was, Role::since(form.clone(), day(0)), &giver);
        assert_eq!(admitted.err(), expected.err(), "{form:?}");
    }
    // The operator may do nearly all, but may not leave the installation without an owner.
    let owner = edited("owner", |form| {
        form.permissions.remove(&Word::Ours(Permission::OwnPlatform));
    });
    let was = country.world.roles.get(&owner.id);
    let admitted = admit_role(&country.world, was, Role::since(owner, day(0)), &Giver::operator());
    assert_eq!(admitted.err(), Some(Refused::LastOwner));
}
