//! Removal of secrets from texts, also in the ways in which headers and addresses carry them.

use std::ops::Range;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};

const BLOT: &str = "[secret]";
/// The fewest bytes of a secret that is looked for in base64: shorter ones are found where they are not.
const SHORTEST: usize = 6;

/// `text` without the secret: as it is, percent-encoded as in an address, and in base64, alone or within more.
pub(crate) fn without(text: &str, secret: &str) -> String {
    let mut text = text.replace(secret, BLOT);
    let in_address = percent(secret);
    if in_address != secret {
        text = text.replace(&in_address, BLOT);
    }
    if secret.len() >= SHORTEST {
        for encoded in in_base64(secret.as_bytes()) {
            text = without_run(text, &encoded);
        }
    }
    text
}

fn percent(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let one = |byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(one).collect()
}

/// Parts of which every text in base64 that holds the secret has one: its beginning there depends on the number of bytes before
/// it, of which three make four characters, and its first and last character on its neighbours.
fn in_base64(secret: &[u8]) -> Vec<String> {
    let mut all = Vec::new();
    for before in 0..3 {
        let bytes = [&vec![0; before], secret].concat();
        let first = (before * 8).div_ceil(6);
        let last = bytes.len() * 8 / 6;
        for encoded in [BASE64_STANDARD_NO_PAD.encode(&bytes), BASE64_URL_SAFE_NO_PAD.encode(&bytes)] {
            let own = encoded[first..last].to_owned();
            if !all.contains(&own) {
                all.push(own);
            }
        }
    }
    all
}

/// `text` without what holds `encoded`, as far as base64 goes to both sides.
fn without_run(mut text: String, encoded: &str) -> String {
    // It ends: the blot is shorter than what is looked for.
    while let Some(at) = text.find(encoded) {
        let run = run(&text, at..at + encoded.len());
        text.replace_range(run, BLOT);
    }
    text
}

fn run(text: &str, found: Range<usize>) -> Range<usize> {
    let is_of_it = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
    let bytes = text.as_bytes();
    let before = bytes[..found.start].iter().rev().take_while(|byte| is_of_it(byte)).count();
    let after = bytes[found.end..].iter().take_while(|byte| is_of_it(byte) || **byte == b'=').count();
    found.start - before..found.end + after
}

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};

    use super::*;

    const SECRET: &str = "s3cr?t>>~ÿ/key";

    #[test]
    fn a_secret_is_blotted_out_in_base64_wherever_it_stands() {
        for before in ["", "u", "us", "use", "user:"] {
            for after in ["", "!", "!!", ":end"] {
                let pair = format!("{before}{SECRET}{after}");
                for encoded in [BASE64_STANDARD.encode(&pair), BASE64_URL_SAFE.encode(&pair)] {
                    let text = format!("header \"Basic {encoded}\" was refused, {encoded}");
                    let blotted = "header \"Basic [secret]\" was refused, [secret]";
                    assert_eq!(without(&text, SECRET), blotted, "{pair}: {text}");
                }
            }
        }
    }

    #[test]
    fn it_is_blotted_out_as_it_is_and_in_an_address_and_the_rest_stays() {
        let text = format!("{SECRET} at /a?key={}&b=1", percent(SECRET));
        assert_eq!(without(&text, SECRET), "[secret] at /a?key=[secret]&b=1");
        let other = BASE64_STANDARD.encode("another text of some length");
        assert_eq!(without(&other, SECRET), other);
        assert_eq!(without("abcd YWJj", "abc"), "[secret]d YWJj", "too short to be told from chance");
    }
}
