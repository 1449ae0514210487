//! Browsers whose extension looks and syncs for whoever connected them: by a code that is shown once, and from then on by a
//! token that nobody sees.

use std::net::IpAddr;

use chrono::TimeDelta;
use latchel_sync_core::{Error, ErrorKind, Result};
use latchel_sync_ledger::desk::{Browser, Pairing, Role};
use secrecy::SecretString;
use uuid::Uuid;

use super::audit::audit;
use super::identity::LOCAL;
use super::person::Person;
use super::secret;
use super::throttle::CODES;
use crate::app::App;

/// Time for which a code can be used.
pub(crate) const CODE_LASTS: TimeDelta = TimeDelta::minutes(10);
/// Time between two notes of a browser's last request: not each of them is a write.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(5);
/// Beginning of a browser's token, by which it is told from a program's.
const PREFIX: &str = "lsyncb_";

/// Number of characters of a code; each stands for 5 random bits.
const CODE_LENGTH: usize = 8;
/// Characters of codes, without those that look alike.
const CODE_CHARACTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// Result of a try to connect a browser.
#[derive(Debug)]
pub(crate) enum Connected {
    /// It is connected, by this name and with this token, which is stored nowhere and cannot be shown again.
    Yes { name: String, token: SecretString, may_pause: bool },
    /// No offer that still holds has this code.
    WrongCode,
    /// It was not looked at: the next try is after so long.
    TooSoon(TimeDelta),
}

/// Offers to connect a browser, which may pause and resume automatic syncs too if `may_pause` is set; returns the code, which
/// is stored nowhere and cannot be shown again.
///
/// # Errors
///
/// [`ErrorKind::Refused`] if the name is none; and if the ledger cannot be written.
pub(crate) async fn offer(app: &App, by: &str, name: &str, may_pause: bool) -> Result<String> {
    let name = checked(name)?;
    let code: String = rand::random::<[u8; CODE_LENGTH]>()
        .map(|byte| char::from(CODE_CHARACTERS[usize::from(byte) % CODE_CHARACTERS.len()]))
        .into_iter()
        .collect();
    let expires_at = app.clock.now() + CODE_LASTS;
    let pairing =
        Pairing { hash: secret::digest(&code), name: name.clone(), by: by.to_owned(), expires_at, may_pause };
    app.desk.offer_pairing(&pairing).await?;
    let detail = if may_pause { format!("{name}, which may pause") } else { name };
    audit(app, by, None, "browser_code_shown", detail).await?;
    let (first, second) = code.split_at(CODE_LENGTH / 2);
    Ok(format!("{first}-{second}"))
}

/// Connects the browser that sends `code` from `peer`.
pub(crate) async fn connect(app: &App, code: &str, peer: Option<IpAddr>) -> Result<Connected> {
    let now = app.clock.now();
    let plain: String =
        code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    let keys = CODES.keys(secret::digest(&plain), peer);
    let wait = app.desk.count_try(&keys, now).await?;
    if wait > TimeDelta::zero() {
        return Ok(Connected::TooSoon(wait));
    }
    let Some(offer) = app.desk.take_pairing(&secret::digest(&plain), now).await? else {
        tracing::warn!(?peer, "somebody could not connect a browser");
        let from = peer.map(|peer| format!("from {peer}")).unwrap_or_default();
        audit(app, "nobody known", None, "browser_code_wrong", from).await?;
        return Ok(Connected::WrongCode);
    };
    let [code, address] = &keys;
    app.desk.try_was_right(code, address).await?;
    let token = format!("{PREFIX}{}", secret::fresh());
    let browser = Browser {
        id: Uuid::now_v7(),
        name: offer.name,
        by: offer.by,
        hash: secret::digest(&token),
        created_at: now,
        used_at: None,
        may_pause: offer.may_pause,
    };
    app.desk.add_browser(&browser).await?;
    let name = called(&browser);
    audit(app, &browser.by, None, "browser_connected", browser.name).await?;
    Ok(Connected::Yes { name, token: token.into(), may_pause: offer.may_pause })
}

/// Ends a browser's connection; nothing happens if it was ended before.
pub(crate) async fn end(app: &App, by: &str, id: Uuid) -> Result<()> {
    let ended = app.desk.browsers().await?.into_iter().find(|browser| browser.id == id);
    if let Some(browser) = ended
        && app.desk.end_browser(id).await?
    {
        audit(app, by, None, "browser_ended", called(&browser)).await?;
    }
    Ok(())
}

/// Finds the browser with this token, as the person for whom it acts.
pub(super) async fn by_token(app: &App, token: &str) -> Result<Option<Person>> {
    if !token.starts_with(PREFIX) {
        return Ok(None);
    }
    let Some(browser) = app.desk.browser(&secret::digest(token)).await? else { return Ok(None) };
    // Whoever was at the machine before anybody was added has no say any more.
    if browser.by == LOCAL && !app.desk.users().await?.is_empty() {
        return Ok(None);
    }
    let person = Person { is_pauser: browser.may_pause, ..Person::new(called(&browser), Role::Extension) };
    let now = app.clock.now();
    if browser.used_at.is_none_or(|at| now - at >= NOTED_EVERY) {
        app.desk.put_browser(&Browser { used_at: Some(now), ..browser }).await?;
    }
    Ok(Some(person))
}

/// Name under which a browser acts.
fn called(browser: &Browser) -> String {
    format!("{} ({})", browser.by, browser.name)
}

/// Letters and digits of any script with a few signs, so that a name reads the same in every log.
fn checked(name: &str) -> Result<String> {
    let name = name.trim();
    let is_plain = |c: char| c.is_alphanumeric() || " ._-@+'".contains(c);
    if name.is_empty() || name.chars().count() > 40 || !name.chars().all(is_plain) {
        let what = "a browser's name has up to 40 letters, digits, blanks and . _ - @ + '";
        return Err(Error::new(ErrorKind::Refused, what));
    }
    Ok(name.to_owned())
}
