use latchel_sync_core::Result;
use latchel_sync_core::registry::Setting;
use latchel_sync_http::{Answer, RateLimitHeaders, Transport};

use crate::far::Far;
use crate::script::Script;
use crate::seen::shows_no_secret;

const SETTINGS: &[Setting] = &[Setting::secret("key", "The key.")];
const LIMITS: RateLimitHeaders = RateLimitHeaders { remaining: "x-left", reset: Some("x-left-until") };

/// The headers of an answer, which is a line `name: value` for each: beside a refusal, which is not tried again, and beside
/// rows.
pub fn headers(input: &[u8]) {
    for status in ["400", "200"] {
        let script = [b"things\n", status.as_bytes(), b"\n", input, b"\n\n[]"].concat();
        let (result, _) = Far::run(&Script::read(&script), async |far| -> Result<Answer> {
            let settings = far.settings(SETTINGS);
            let transport = Transport::builder("Far", &far.url, &settings)
                .secret_header("x-api-key", settings.secret("key")?)
                .rate_limit_headers(LIMITS)
                .build()?;
            let answer = transport.get("things").send().await;
            transport.clock();
            answer
        });
        match result {
            Ok(answer) => {
                answer.server_time();
                assert!(answer.header("x-total-count").is_none_or(|total| !total.contains('\n')));
            }
            Err(error) => {
                shows_no_secret(&format!("{error} {error:?}"));
                let day = |pause: std::time::Duration| pause.as_secs() / 86_400;
                assert!(error.retry_after().is_none_or(|pause| day(pause) <= 366), "{error}");
            }
        }
    }
}
