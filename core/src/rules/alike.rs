//! Addresses that may be the same, however they are written (rules A1 to A3).

use crate::model::{Address, LatchelProperty, Property};

/// Words for streets and directions, with the form that stands for all of them.
const SHORT: &[(&str, &str)] = &[
    ("street", "st"),
    ("avenue", "ave"),
    ("av", "ave"),
    ("road", "rd"),
    ("drive", "dr"),
    ("lane", "ln"),
    ("court", "ct"),
    ("place", "pl"),
    ("boulevard", "blvd"),
    ("terrace", "ter"),
    ("circle", "cir"),
    ("parkway", "pkwy"),
    ("highway", "hwy"),
    ("square", "sq"),
    ("trail", "trl"),
    ("alley", "aly"),
    ("way", "wy"),
    ("north", "n"),
    ("south", "s"),
    ("east", "e"),
    ("west", "w"),
    ("northeast", "ne"),
    ("northwest", "nw"),
    ("southeast", "se"),
    ("southwest", "sw"),
    ("saint", "st"),
    ("building", "bldg"),
    ("floor", "fl"),
];
/// Words that say only that a unit follows.
const UNIT_WORDS: &[&str] = &["apt", "apartment", "unit", "suite", "ste", "no", "number", "#"];

/// Address and unit of a platform's rentable unit in the form in which two spellings of it are equal; `None` if street or
/// postal code is missing.
pub fn platform_address(property: &Property) -> Option<String> {
    let mut street = street(&property.address)?;
    let unit = words(property.unit_name.as_deref().unwrap_or_default());
    if !street.ends_with(&unit) {
        street.extend(unit);
    }
    key(&street, &property.address)
}

/// Forms of a Latchel property's address and unit: the address alone, and with the unit that its name ends with.
pub fn latchel_addresses(property: &LatchelProperty) -> Vec<String> {
    let address = &property.source_address;
    let Some(street) = street(address) else { return Vec::new() };
    let mut forms = Vec::from_iter(key(&street, address));
    let named = property.name.rsplit_once(',').map(|(_, unit)| words(unit)).unwrap_or_default();
    if !named.is_empty() && named.len() <= 2 && !street.ends_with(&named) {
        forms.extend(key(&[street, named].concat(), address));
    }
    forms
}

fn street(address: &Address) -> Option<Vec<String>> {
    let mut street = words(address.line1.as_deref().unwrap_or_default());
    street.extend(words(address.line2.as_deref().unwrap_or_default()));
    (!street.is_empty()).then_some(street)
}

fn key(street: &[String], address: &Address) -> Option<String> {
    let zip: String =
        address.postal_code.as_deref()?.chars().filter(char::is_ascii_alphanumeric).take(5).collect();
    (!zip.is_empty()).then(|| format!("{}|{}", street.join(" "), zip.to_lowercase()))
}

/// Words of a part of an address: lower case, in short forms, without those that only announce a unit.
fn words(text: &str) -> Vec<String> {
    let text = text.to_lowercase().replace('#', " # ");
    text.split(|c: char| !(c.is_alphanumeric() || c == '#'))
        .filter(|word| !word.is_empty() && !UNIT_WORDS.contains(word))
        .map(|word| SHORT.iter().find(|(long, _)| *long == word).map_or(word, |(_, short)| short).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(line1: &str, line2: Option<&str>) -> Address {
        Address {
            line1: Some(line1.to_owned()),
            line2: line2.map(str::to_owned),
            city: Some("Austin".to_owned()),
            state: Some("TX".to_owned()),
            postal_code: Some("78701-1234".to_owned()),
        }
    }

    fn form(line1: &str, line2: Option<&str>) -> Option<String> {
        let address = address(line1, line2);
        key(&street(&address)?, &address)
    }

    #[test]
    fn spellings_of_one_unit_are_equal_and_other_units_are_not() {
        let one = form("12 North Main Street", Some("Apt. 4B"));
        for (line1, line2) in [
            ("12 N. Main St", Some("#4b")),
            ("12 n main st unit 4B", None),
            ("12 North Main St., Apartment 4B", None),
        ] {
            assert_eq!(form(line1, line2), one, "{line1} {line2:?}");
        }
        for other in ["12 N Main St Apt 4", "12 S Main St Apt 4B", "12 N Main Ave Apt 4B", "12 N Main St"] {
            assert_ne!(form(other, None), one, "{other}");
        }
        assert_eq!(form(" , ", None), None);
    }
}
