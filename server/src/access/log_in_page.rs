use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::header::RETRY_AFTER;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use axum_extra::extract::CookieJar;
use secrecy::SecretString;
use serde::Deserialize;

use super::audit::audit;
use super::identity::identify;
use super::local_path::local_path;
use super::log_in::Tried;
use super::peer::peer;
use super::refusal::Refusal;
use super::session;
use crate::app::App;

/// `/login` and `/logout`.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new().route("/login", get(show).post(log_in)).route("/logout", post(log_out))
}

#[derive(Template, Default)]
#[template(path = "login.html")]
struct Page<'a> {
    name: &'a str,
    next: &'a str,
    /// Message about the last try, which did not work.
    wrong: Option<String>,
}

impl Page<'_> {
    fn answer(&self, status: StatusCode) -> Response {
        match self.render() {
            Ok(page) => (status, Html(page)).into_response(),
            Err(error) => {
                tracing::error!(%error, "the log-in page could not be made");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    next: String,
}

async fn show(
    State(app): State<Arc<App>>,
    Query(Wanted { next }): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let next = local_path(&next);
    Ok(match identify(&app, &headers).await? {
        Some(_) => Redirect::to(next).into_response(),
        None => Page { next, ..Page::default() }.answer(StatusCode::OK),
    })
}

#[derive(Deserialize)]
struct Credentials {
    name: String,
    password: SecretString,
    #[serde(default)]
    next: String,
}

async fn log_in(
    State(app): State<Arc<App>>,
    jar: CookieJar,
    parts: Parts,
    Form(Credentials { name, password, next }): Form<Credentials>,
) -> Result<Response, Refusal> {
    let (name, next) = (name.trim(), local_path(&next));
    let page = |wrong: String| Page { name, next, wrong: Some(wrong) };
    match app.log_ins.attempt(&app, name, password, peer(&app.config, &parts)).await? {
        Tried::Right => {
            let jar = session::begin(&app, jar, name).await?;
            audit(&app, name, None, "logged_in", String::new()).await?;
            Ok((jar, Redirect::to(next)).into_response())
        }
        Tried::Wrong => {
            Ok(page("The name or the password is wrong.".to_owned()).answer(StatusCode::FORBIDDEN))
        }
        Tried::TooSoon(wait) => {
            let seconds = wait.num_seconds() + i64::from(wait.subsec_nanos() > 0);
            let page = page(format!("Too many tries. The next one is possible in {seconds} seconds."));
            let retry_after = [(RETRY_AFTER, seconds.to_string())];
            Ok((retry_after, page.answer(StatusCode::TOO_MANY_REQUESTS)).into_response())
        }
    }
}

async fn log_out(
    State(app): State<Arc<App>>,
    jar: CookieJar,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let person = session::person(&app, &headers).await?;
    let jar = session::end(&app, jar).await?;
    if let Some(person) = person {
        audit(&app, &person.name, None, "logged_out", String::new()).await?;
    }
    Ok((jar, Redirect::to("/login")).into_response())
}
