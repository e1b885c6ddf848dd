//! What others know of the holder of an account: no password may be made of it.

use super::{contact, policy::own_words};
use crate::{
    people::{self, StoredAccount},
    store::{Conn, StoreError},
    types::{Address, AddressKind},
};

/// The words of an account's holder: name, number, birthday, sign-in name, telephone and mail addresses.
pub async fn own_words_of(conn: &mut Conn, account: &StoredAccount) -> Result<Vec<String>, StoreError> {
    let person = people::person(conn, account.person).await?;
    let contacts = contact::list(conn, account.id).await?;
    let addresses = contacts.iter().flat_map(|contact| spellings(&contact.address));
    let others: Vec<String> = std::iter::once(account.login.clone()).chain(addresses).collect();
    let others: Vec<&str> = others.iter().map(String::as_str).collect();
    let (profile, number) = person.map(|person| (person.profile, person.number)).unwrap_or_default();
    Ok(own_words(profile.as_ref(), number.as_ref(), &others))
}

/// An address as people write it into a password: a number with its zero, without, and with the country's code; a mailbox by its name.
fn spellings(address: &Address) -> Vec<String> {
    let whole = address.as_str().to_owned();
    match address.kind() {
        AddressKind::Phone => {
            let digits = whole.trim_start_matches("+84").to_owned();
            vec![format!("0{digits}"), digits, whole]
        }
        AddressKind::Email => {
            let name = whole.split('@').next().unwrap_or_default().to_owned();
            vec![name, whole]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::spellings;
    use crate::{
        authn::{PasswordProblem, PasswordUse, check_new_password, own_words},
        types::Address,
    };

    #[test]
    fn a_password_made_of_ones_own_number_or_mailbox_is_not_taken() {
        for (address, password) in [
            ("0912 345 789", "0912345789 abcd"),
            ("0912 345 789", "+84912345789 ok"),
            ("hoamuoigio.7391@thu.example", "hoamuoigio.7391 ok"),
            ("hoamuoigio.7391@thu.example", "hoamuoigio.7391@thu.example"),
        ] {
            let address = Address::parse(address).expect("an address");
            let spellings = spellings(&address);
            let others: Vec<&str> = spellings.iter().map(String::as_str).collect();
            let own = own_words(None, None, &others);
            let checked = check_new_password(password, &own, PasswordUse::Alone).err();
            assert_eq!(checked, Some(PasswordProblem::Own), "{password}");
        }
    }
}
