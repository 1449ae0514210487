//! The file as TOML, account by account: a mistake within one keeps no other from being read.

use std::ops::Range;

use serde::Deserialize;
use toml::de::{DeTable, DeValue, Deserializer, Error, ValueDeserializer};
use toml::{Spanned, Table};

use super::account::FileAccount;

/// The file's parts.
pub(super) struct Document<'a> {
    /// Everything but the accounts.
    pub rest: Deserializer<'a>,
    /// The accounts, in the file's order.
    pub accounts: Vec<Found>,
}

/// One account of the file.
pub(super) struct Found {
    /// Its name; if it has none, its place.
    pub name: String,
    /// Byte at which the name stands.
    pub name_at: usize,
    /// Byte at which the account begins.
    pub start: usize,
    /// The account, or the first mistake in it.
    pub read: Result<FileAccount, Error>,
}

impl<'a> Document<'a> {
    /// Reads the text.
    ///
    /// # Errors
    ///
    /// The first mistake that is within no account.
    pub fn read(text: &'a str) -> Result<Self, Error> {
        let (mut table, mut errors) = DeTable::parse_recoverable(text);
        let found = match table.get_mut().remove(ACCOUNT) {
            Some(found) if matches!(found.get_ref(), DeValue::Array(_)) => found,
            other => {
                // A header that cannot be read may have hidden what follows it.
                if let Some(error) = errors.drain(..).next() {
                    return Err(error);
                }
                // Whoever reads it says what it must be.
                let accounts = other.map(|other| Vec::<Table>::deserialize(ValueDeserializer::from(other)));
                accounts.transpose()?;
                Spanned::new(0..0, DeValue::Array(Default::default()))
            }
        };
        let DeValue::Array(found) = found.into_inner() else { unreachable!("it was looked at") };
        let found: Vec<_> = found.into_iter().collect();
        let places: Vec<_> = found.iter().map(|one| extent(text, one.span().start)).collect();
        let is_whole = headers(text) == found.len();
        let mut mistakes: Vec<Option<Error>> = found.iter().map(|_| None).collect();
        for error in errors {
            let at = error.span().map_or(0, |span| span.start);
            let place = places.iter().position(|place| place.contains(&at));
            // Where a mistake swallows the header of another account, nobody knows what belongs to which.
            let Some(mistake) = place.filter(|_| is_whole).and_then(|place| mistakes.get_mut(place)) else {
                return Err(error);
            };
            mistake.get_or_insert(error);
        }
        let accounts = found.into_iter().zip(mistakes).map(|(one, mistake)| Found::of(text, one, mistake));
        Ok(Self { accounts: accounts.collect(), rest: Deserializer::from(table) })
    }
}

impl Found {
    fn of(text: &str, found: Spanned<DeValue<'_>>, mistake: Option<Error>) -> Self {
        let start = found.span().start;
        let name = found.get_ref().get("name");
        let name_at = name.map_or(start, |name| name.span().start);
        let name = name.and_then(|name| name.get_ref().as_str()).map(str::to_owned);
        let read = match mistake {
            Some(mistake) => Err(mistake),
            None => FileAccount::deserialize(ValueDeserializer::from(found)),
        };
        // Lines are counted for those alone that need it: there may be thousands of accounts.
        let place = || format!("(line {})", text.get(..start).unwrap_or_default().matches('\n').count() + 1);
        Self { name: name.unwrap_or_else(place), name_at, start, read }
    }
}

const ACCOUNT: &str = "account";

/// Bytes from an account's begin to the next header that is none of its own, or to the end.
fn extent(text: &str, start: usize) -> Range<usize> {
    let mut at = start;
    for (number, line) in text.get(start..).unwrap_or_default().split_inclusive('\n').enumerate() {
        let header = line.trim_start().trim_start_matches('[').trim_start();
        let is_header = line.trim_start().starts_with('[');
        if number > 0 && is_header && !header.starts_with("account.") {
            return start..at;
        }
        at += line.len();
    }
    start..text.len() + 1
}

/// Number of lines that begin an account.
fn headers(text: &str) -> usize {
    let is_header = |line: &&str| {
        line.split('#').next().is_some_and(|line| line.replace(' ', "").trim() == "[[account]]")
    };
    text.lines().filter(is_header).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: &str = "[[account]]\nname = \"NAME\"\ntime_zone = \"UTC\"\nsync_method = \"all\"\n[account.platform]\nadapter = \"x\"\n[account.latchel]\n";

    fn sound(name: &str) -> String {
        SOUND.replace("NAME", name)
    }

    /// Names of the accounts that can be read, and of those that cannot.
    fn read(text: &str) -> Result<(Vec<String>, Vec<String>), Error> {
        let accounts = Document::read(text)?.accounts;
        let (good, bad): (Vec<_>, Vec<_>) = accounts.into_iter().partition(|one| one.read.is_ok());
        let names = |all: Vec<Found>| all.into_iter().map(|one| one.name).collect();
        Ok((names(good), names(bad)))
    }

    #[test]
    fn a_mistake_within_an_account_is_that_accounts_alone() {
        for (from, to) in [
            ("time_zone = \"UTC\"", "time_zone = \"UTC"),
            ("time_zone = \"UTC\"", "time_zone = 3"),
            ("time_zone = \"UTC\"", "time_zome = \"UTC\""),
            ("time_zone = \"UTC\"", "time_zone == \"UTC\""),
            ("sync_method = \"all\"", "time_zone = \"UTC\""),
            ("sync_method = \"all\"", ""),
            ("adapter = \"x\"", "adapter = "),
        ] {
            for place in 0..3 {
                let mut accounts = ["a", "b", "c"].map(sound);
                accounts[place] = accounts[place].replacen(from, to, 1);
                let text = format!("ledger = \"x\"\n{}\n[server]\n", accounts.concat());
                let (good, bad) = read(&text).unwrap_or_else(|error| panic!("{to}: {error}"));
                assert_eq!((good.len(), bad), (2, vec![["a", "b", "c"][place].to_owned()]), "{text}");
            }
        }
    }

    #[test]
    fn a_mistake_elsewhere_or_one_that_swallows_an_account_is_everybodys() {
        let (one, two) = (sound("a"), sound("b"));
        for text in [
            format!("ledger = \n{one}"),
            format!("{one}[server\n{two}"),
            format!("{one}{}", two.replacen("[[account]]", "[[account]", 1)),
            format!("{}{two}", one.replace("[account.latchel]", "[account.latchel")),
            format!("{}{two}", one.replace("\"UTC\"", "\"\"\"UTC")),
            "account = 3".to_owned(),
        ] {
            assert!(read(&text).is_err(), "{text}");
        }
        assert_eq!(read(&format!("{one}{two}")).expect("sound").0, ["a", "b"]);
        assert_eq!(read("").expect("nothing").0, Vec::<String>::new());
    }
}
