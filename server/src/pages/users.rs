//! Who may use the dashboard and the API. Users are added and removed by the command, where passwords and tokens are typed.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use chrono_tz::Tz;

use super::page::{Answer, Top, page};
use super::text::{Moment, When};
use crate::access::Viewer;
use crate::app::App;

#[derive(Template)]
#[template(path = "users.html")]
struct Users {
    top: Top,
    users: Vec<Row>,
}

struct Row {
    name: String,
    role: &'static str,
    kind: &'static str,
    added: When,
}

/// Everybody, by name. Times are UTC.
pub(super) async fn show(State(app): State<Arc<App>>, Viewer(person): Viewer) -> Answer {
    let moment = Moment { now: app.clock.now(), zone: Tz::UTC };
    let users = app.desk.users().await?.into_iter().map(|user| Row {
        role: user.role.as_str(),
        kind: if user.is_token { "program, by a token" } else { "person, by a password" },
        added: moment.when(user.created_at),
        name: user.name,
    });
    page(&Users { top: Top::of(&person), users: users.collect() })
}
