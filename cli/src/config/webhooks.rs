use serde::Deserialize;
use toml::{Table, Value};

/// The settings of what reads an account's webhooks, for each side that has any.
#[derive(Default)]
pub(crate) struct Webhooks {
    pub latchel: Option<Table>,
    pub platform: Option<Table>,
}

/// The account's `webhooks`; a side that is left out is not listened to.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileWebhooks {
    latchel_key: Option<Value>,
    platform: Option<Table>,
}

impl From<FileWebhooks> for Webhooks {
    fn from(file: FileWebhooks) -> Self {
        let table = |key| Table::from_iter([("latchel_key".to_owned(), key)]);
        Self { latchel: file.latchel_key.map(table), platform: file.platform }
    }
}
