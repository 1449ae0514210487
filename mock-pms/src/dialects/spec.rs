use axum::Router;

use crate::shared::Shared;
use crate::shared::rate_limit::RateLimit;
use crate::shared::system::System;
use crate::world::{Id, World};

/// Everything about a platform's dialect that is used outside its folder.
pub(crate) struct Spec {
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
