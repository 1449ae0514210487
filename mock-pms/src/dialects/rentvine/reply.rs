use axum::Json;
use serde_json::Value;

use super::problem::Problem;

/// Answer of an endpoint: JSON without totals or links.
pub(super) type Answer = Result<Json<Value>, Problem>;
