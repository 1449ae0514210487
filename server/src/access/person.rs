use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::Method;
use axum::http::request::Parts;
use latchel_sync_ledger::desk::Role;

use super::extension;
use super::identity::{LOCAL, identify};
use super::refusal::Refusal;
use crate::app::App;

/// Sender of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The user's name; `local` while there are no users and only this machine is listened to.
    pub name: String,
    /// Role, which says what they may do.
    pub role: Role,
    /// True of an extension that may pause and resume automatic syncs: whoever connected it allowed that.
    pub is_pauser: bool,
}

impl Person {
    /// Somebody who may do what the role says.
    pub(super) fn new(name: impl Into<String>, role: Role) -> Self {
        Self { name: name.into(), role, is_pauser: false }
    }

    /// True if this is whoever sits at the machine, who need not log in.
    pub fn is_local(&self) -> bool {
        self.name == LOCAL
    }

    /// Refuses whoever may only look, and extensions.
    pub(super) fn must_be_operator(&self) -> Result<(), Refusal> {
        match self.role {
            Role::Operator => Ok(()),
            Role::Viewer => Err(Refusal::viewer(self)),
            Role::Extension => Err(Refusal::extension()),
        }
    }

    /// Refuses a request that this person may not make, as far as its method and path tell.
    pub(super) fn must_be_allowed(&self, method: &Method, path: &str) -> Result<(), Refusal> {
        match self.role {
            Role::Extension if extension::may(method, path, self.is_pauser) => Ok(()),
            Role::Extension => Err(Refusal::extension()),
            _ if method.is_safe() => Ok(()),
            _ => self.must_be_operator(),
        }
    }
}

/// A handler's parameter: somebody who may look. Nobody else reaches the handler.
#[derive(Debug, Clone)]
pub struct Viewer(pub Person);

/// A handler's parameter: somebody who may change things. Nobody else reaches the handler.
#[derive(Debug, Clone)]
pub struct Operator(pub Person);

/// A handler's parameter: somebody who may sync, which an extension may too. Nobody else reaches the handler.
#[derive(Debug, Clone)]
pub struct Syncer(pub Person);

/// A handler's parameter: somebody who may pause, which an extension may too where that was allowed. Nobody else reaches the
/// handler.
#[derive(Debug, Clone)]
pub struct Pauser(pub Person);

impl FromRequestParts<Arc<App>> for Pauser {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        let person = person(parts, app).await?;
        if !person.is_pauser {
            person.must_be_operator()?;
        }
        Ok(Self(person))
    }
}

impl FromRequestParts<Arc<App>> for Syncer {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        let person = person(parts, app).await?;
        if person.role != Role::Extension {
            person.must_be_operator()?;
        }
        Ok(Self(person))
    }
}

impl FromRequestParts<Arc<App>> for Viewer {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        person(parts, app).await.map(Self)
    }
}

impl FromRequestParts<Arc<App>> for Operator {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        let person = person(parts, app).await?;
        person.must_be_operator()?;
        Ok(Self(person))
    }
}

/// Returns the person whom the door let in already, or else finds out who it is.
async fn person(parts: &Parts, app: &App) -> Result<Person, Refusal> {
    if let Some(known) = parts.extensions.get::<Person>() {
        return Ok(known.clone());
    }
    identify(app, &parts.headers).await?.ok_or_else(|| Refusal::unknown(&parts.method, &parts.uri))
}
