use std::fmt::Display;

use askama::Template;
use axum::Extension;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use latchel_sync_core::{Error, ErrorKind};
use latchel_sync_ledger::desk::Role;

use crate::access::{Person, Viewer};

/// Answer of a handler.
pub(super) type Answer = Result<Response, Problem>;

/// Top of each page.
#[derive(Debug, Clone)]
pub(crate) struct Top {
    /// Name of the person who looks.
    pub name: String,
    /// True if they may change things.
    pub may_change: bool,
    /// True if they logged in, so that they can log out.
    pub logged_in: bool,
    /// Text in the search box.
    pub sought: String,
}

impl Top {
    pub fn of(person: &Person) -> Self {
        Self {
            name: person.name.clone(),
            may_change: person.role == Role::Operator,
            logged_in: !person.is_local(),
            sought: String::new(),
        }
    }
}

/// A page as the answer.
pub(super) fn page(page: &impl Template) -> Answer {
    let text = page.render().map_err(Problem::internal)?;
    Ok(Html(text).into_response())
}

/// After a form: the page to look at now.
pub(super) fn go(path: &str) -> Answer {
    Ok(Redirect::to(path).into_response())
}

/// Problem that a page shows instead of what was asked for.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    status: StatusCode,
    message: String,
    hint: String,
}

impl Problem {
    pub fn missing(what: impl Display) -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            message: format!("There is no {what}"),
            hint: "It may have been forgotten after a while, or the address is not right".to_owned(),
        }
    }

    pub fn status(&self) -> StatusCode {
        self.status
    }

    pub fn hint(&self) -> &str {
        &self.hint
    }

    pub fn wrong(what: impl Into<String>, hint: &str) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, message: what.into(), hint: hint.to_owned() }
    }

    fn internal(error: impl Display) -> Self {
        tracing::error!(%error, "a page could not be made");
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            message: "The page could not be made".to_owned(),
            hint: "The server's log has more".to_owned(),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let (status, hint) = match error.kind() {
            ErrorKind::NotFound => (StatusCode::NOT_FOUND, "Look at the id or the name once more"),
            ErrorKind::Busy => {
                (StatusCode::CONFLICT, "A run of this account is under way: try again when it has ended")
            }
            ErrorKind::Refused => (StatusCode::UNPROCESSABLE_ENTITY, "Nothing was changed"),
            _ => {
                tracing::error!(%error, "a page could not be made");
                (StatusCode::SERVICE_UNAVAILABLE, "The server's log has more; try again")
            }
        };
        Self { status, message: error.to_string(), hint: hint.to_owned() }
    }
}

#[derive(Template)]
#[template(path = "problem.html")]
struct Page<'a> {
    top: Top,
    problem: &'a Problem,
}

/// Without a body: [`with_header`] gives it one.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.status, Extension(self)).into_response()
    }
}

/// A layer that shows a problem as a page, with the same header as every other.
pub(super) async fn with_header(request: Request, next: Next) -> Response {
    let person = request.extensions().get::<Person>().cloned();
    let response = next.run(request).await;
    let Some(problem) = response.extensions().get::<Problem>().cloned() else { return response };
    // Nobody gets here unknown.
    let shown = person.map(|person| Page { top: Top::of(&person), problem: &problem }.render());
    match shown {
        Some(Ok(text)) => (problem.status, Html(text)).into_response(),
        _ => (problem.status, problem.message).into_response(),
    }
}

/// Every path that leads nowhere.
pub(super) async fn not_found(_viewer: Viewer) -> Problem {
    Problem::missing("such page")
}
