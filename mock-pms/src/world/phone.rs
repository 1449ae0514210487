use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Sort of a telephone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum PhoneKind {
    Home,
    Office,
    Cell,
}

/// A telephone number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Phone {
    pub kind: PhoneKind,
    pub number: String,
}
