use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, FORWARDED};
use latchel_sync_core::Result;
use latchel_sync_ledger::desk::Role;

use super::person::Person;
use super::{browser, secret, session};
use crate::app::App;

/// Finds out who sends a request with these headers: by its token if it has one, or else by its cookie. `None` if nobody is
/// logged in.
pub(super) async fn identify(app: &App, headers: &HeaderMap) -> Result<Option<Person>> {
    if headers.contains_key(AUTHORIZATION) {
        return match bearer(headers) {
            Some(token) => by_token(app, token).await,
            None => Ok(None),
        };
    }
    if let Some(person) = session::person(app, headers).await? {
        return Ok(Some(person));
    }
    let local = || Person::new(LOCAL, Role::Operator);
    Ok(is_local(app, headers).await?.then(local))
}

/// Name of everybody while nobody has to log in.
pub(super) const LOCAL: &str = "local";

/// The token that a request brings. One that does has no other authority: its cookies are not looked at.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// Every token is compared, so that the time tells nothing about which of them is nearly right.
async fn by_token(app: &App, token: &str) -> Result<Option<Person>> {
    let digest = secret::digest(token);
    let mut found = None;
    for user in app.desk.users().await? {
        if user.is_token && secret::equal(&user.hash, &digest) {
            found = Some(Person::new(user.name, user.role));
        }
    }
    match found {
        Some(person) => Ok(Some(person)),
        None => browser::by_token(app, token).await,
    }
}

/// True if a request can only come from this machine, and nobody has been added who could log in. A request that came
/// through a proxy may come from anywhere.
async fn is_local(app: &App, headers: &HeaderMap) -> Result<bool> {
    let proxied = headers.contains_key(FORWARDED) || headers.contains_key(FORWARDED_FOR);
    if proxied || app.config.is_reached_from_elsewhere() {
        return Ok(false);
    }
    Ok(app.desk.users().await?.is_empty())
}

/// Header in which proxies say for whom they ask.
pub(super) const FORWARDED_FOR: &str = "x-forwarded-for";
