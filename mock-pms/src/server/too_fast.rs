use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::shared::Shared;
use crate::world::Side;

/// Refuses what is beyond the side's rate limit.
pub(super) async fn refuse(
    State((shared, side)): State<(Shared, Side)>,
    request: Request,
    next: Next,
) -> Response {
    match shared.limits(side).admit() {
        Ok(()) => next.run(request).await,
        Err(wait) => (shared.system(side).refuse_haste)(wait),
    }
}
