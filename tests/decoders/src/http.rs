use latchel_sync_core::registry::{Setting, Settings};
use latchel_sync_core::{ErrorKind, Result};
use latchel_sync_http::{Answer, Transport};
use serde_json::Value;

use crate::far::Far;
use crate::script::Script;
use crate::seen::shows_no_secret;

const SETTINGS: &[Setting] = &[Setting::secret("key", "The key.")];

/// The HTTP client against a far side that answers the input, which is a script: its first line is the path that is
/// called, as an id out of another answer may spell it.
pub fn http(input: &[u8]) {
    let script = Script::read(input);
    let (result, called) = Far::run(&script, async |far| {
        let settings = far.settings(SETTINGS);
        let far = far_side(&far.url, &settings).expect("a transport");
        // Writes are not repeated, so that no input has to wait.
        far.post(&script.call).json(&Value::Null).send().await
    });
    let segments = |path: &str| path.split(['/', '\\']).count();
    for path in &called {
        let stays =
            path.starts_with("/api/") && segments(path) == 2 + segments(script.call.trim_start_matches('/'));
        assert!(stays, "{:?} leads to {path}", script.call);
    }
    if let Err(error) = result.and_then(|answer| read(&answer)) {
        shows_no_secret(&format!("{error} {error:?}"));
        assert!(
            !called.is_empty() || error.kind() == ErrorKind::Refused,
            "{:?} leads elsewhere: {error}",
            script.call
        );
    }
}

fn far_side(url: &str, settings: &Settings) -> Result<Transport> {
    Transport::builder("Far", &format!("{url}/api"), settings)
        .secret_header("x-api-key", settings.secret("key")?)
        .explain_error(|body| Some(String::from_utf8_lossy(body).into_owned()))
        .build()
}

fn read(answer: &Answer) -> Result<()> {
    answer.server_time();
    answer.header("x-total-count");
    answer.json::<Vec<std::collections::BTreeMap<String, i64>>>().map(|_| ())?;
    answer.value().map(|_| ())
}
