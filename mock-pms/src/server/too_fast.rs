use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::shared::Shared;
use crate::world::Side;

/// Refuses what is beyond the side's rate limit, and tells of the limit where the side does.
pub(super) async fn refuse(
    State((shared, side)): State<(Shared, Side)>,
    request: Request,
    next: Next,
) -> Response {
    let system = shared.system(side);
    let counting = shared.read(system.rationing.counting);
    let admitted = match (system.rationing.exempts)(request.uri()) {
        true => Ok(()),
        false => shared.limits(side).admit(counting),
    };
    let mut answer = match admitted {
        Ok(()) => next.run(request).await,
        Err(wait) => (system.refuse_haste)(wait),
    };
    if let Some(left) = shared.limits(side).left(counting) {
        (system.rationing.tell_rest)(left, answer.headers_mut());
    }
    answer
}
