use std::fmt;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::shared::Shared;
use crate::shared::purpose::{Purpose, PurposeOf};
use crate::shared::quirk::Quirk;
use crate::shared::rate_limit::RateLimit;
use crate::shared::system::{Rationing, System, as_it_is};
use crate::world::{Id, World};

/// Everything about a platform's dialect that is used outside its folder.
pub struct Spec {
    /// The system that it stands for.
    pub(crate) system: System,
    /// Rate limits of the real system; all hold at once.
    pub(crate) rate_limits: &'static [RateLimit],
    /// All endpoints.
    pub(crate) router: fn(&Shared) -> Router,
    /// Credentials of a client, by the names that the vendor gives them.
    pub(crate) credentials: fn(&World) -> Vec<(&'static str, String)>,
    /// The work order of the world that has this id in the system's own spelling.
    pub(crate) work_order: fn(&str) -> Option<Id>,
}

impl Spec {
    /// A dialect with the name that it has on the command line and the system's for people, its endpoints, and an error answer
    /// without details. It has no rate limits, credentials, quirks or webhooks, tells purposes by method, and spells ids as
    /// the world does, unless something else is said.
    pub const fn new(
        name: &'static str,
        title: &'static str,
        router: fn(&Shared) -> Router,
        refuse: fn(StatusCode, &str) -> Response,
    ) -> Self {
        let system = System {
            name,
            title,
            refuse,
            refuse_haste: too_many,
            rationing: Rationing::SLIDING,
            purpose: Purpose::by_method,
            quirks: &[],
            webhooks: None,
            settle: as_it_is,
        };
        let (credentials, work_order) = (no_credentials as _, as_in_the_world as _);
        Self { system, rate_limits: &[], router, credentials, work_order }
    }

    /// Rate limits, which all hold at once, and the answer to a request beyond them, which has to wait so long.
    pub const fn rate_limits(
        mut self,
        limits: &'static [RateLimit],
        refuse_haste: fn(Duration) -> Response,
    ) -> Self {
        self.rate_limits = limits;
        self.system.refuse_haste = refuse_haste;
        self
    }

    /// Credentials of a client, by the names that the vendor gives them.
    pub const fn credentials(mut self, credentials: fn(&World) -> Vec<(&'static str, String)>) -> Self {
        self.credentials = credentials;
        self
    }

    /// Oddities that can be switched.
    pub const fn quirks(mut self, quirks: &'static [Quirk]) -> Self {
        self.system.quirks = quirks;
        self
    }

    /// Purpose of a request, where its method alone does not tell.
    pub const fn purpose(mut self, purpose: PurposeOf) -> Self {
        self.system.purpose = purpose;
        self
    }

    /// The work order of the world that has this id in the system's own spelling.
    pub const fn work_order(mut self, work_order: fn(&str) -> Option<Id>) -> Self {
        self.work_order = work_order;
        self
    }
}

impl fmt::Debug for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Spec").field(&self.system.name).finish()
    }
}

fn too_many(_: Duration) -> Response {
    StatusCode::TOO_MANY_REQUESTS.into_response()
}

fn no_credentials(_: &World) -> Vec<(&'static str, String)> {
    Vec::new()
}

fn as_in_the_world(id: &str) -> Option<Id> {
    id.parse().ok()
}
