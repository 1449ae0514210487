use axum::http::HeaderMap;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use chrono::TimeDelta;
use latchel_sync_core::Result;
use latchel_sync_ledger::desk::Session;

use super::person::Person;
use super::secret;
use crate::app::App;
use crate::config::ServerConfig;

/// Time after which people log in again.
const LASTS: TimeDelta = TimeDelta::hours(12);

/// Begins a session of a user who has proved who they are, and ends the one that the browser had. The value is always a new
/// one: nobody can have planted it.
pub(super) async fn begin(app: &App, jar: CookieJar, user: &str) -> Result<CookieJar> {
    let jar = end(app, jar).await?;
    let (value, now) = (secret::fresh(), app.clock.now());
    let session = Session {
        id: secret::digest(&value),
        user: user.to_owned(),
        created_at: now,
        expires_at: now + LASTS,
    };
    app.desk.begin_session(&session).await?;
    Ok(jar.add(cookie(&app.config, value)))
}

/// Ends the session that the browser has, if it has one.
pub(super) async fn end(app: &App, jar: CookieJar) -> Result<CookieJar> {
    if let Some(cookie) = jar.get(name(&app.config)) {
        app.desk.end_session(&secret::digest(cookie.value())).await?;
    }
    Ok(jar.remove(cookie(&app.config, String::new())))
}

/// Finds the person who is logged in with the cookie in these headers; `None` if nobody is.
pub(super) async fn person(app: &App, headers: &HeaderMap) -> Result<Option<Person>> {
    let jar = CookieJar::from_headers(headers);
    let Some(cookie) = jar.get(name(&app.config)) else { return Ok(None) };
    let found = app.desk.session(&secret::digest(cookie.value()), app.clock.now()).await?;
    Ok(found.map(|(_, user)| Person::new(user.name, user.role)))
}

/// With the prefix, browsers take the cookie over TLS only and from this host alone.
fn name(config: &ServerConfig) -> &'static str {
    if config.is_https() { "__Host-latchel-sync" } else { "latchel-sync" }
}

fn cookie(config: &ServerConfig, value: String) -> Cookie<'static> {
    Cookie::build((name(config), value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(config.is_https())
        .build()
}
