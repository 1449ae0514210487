//! The log, on stderr.

use std::fmt::Debug;
use std::io::{self, Write};

use latchel_sync_core::words::visible;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::fmt::format::{Writer, debug_fn};

use crate::args::LogFormat;
use crate::{environment, render};

/// Begins to log; `verbose` says how much, unless the environment does.
pub(crate) fn begin(verbose: u8, format: LogFormat) {
    let default = match verbose {
        // A certificate that is refused is told of by the call that it is refused to.
        0 => "warn,rustls_platform_verifier=off",
        1 => "info,rustls_platform_verifier=off",
        2 => "info,latchel_sync_http=debug",
        _ => "debug",
    };
    let filter = EnvFilter::try_from_env(environment::LOG).unwrap_or_else(|_| EnvFilter::new(default));
    // Far sides' words are in the fields, and the texts of events and spans are fields too.
    let fields = debug_fn(|writer: &mut Writer<'_>, field, value: &dyn Debug| {
        let text = format!("{value:?}");
        match field.name() {
            "message" => write!(writer, "{}", visible(&text)),
            name => write!(writer, "{name}={}", visible(&text)),
        }
    });
    let lines = tracing_subscriber::fmt().with_env_filter(filter);
    // A second initialisation, in a test, keeps the first.
    let _ = match format {
        LogFormat::Text => {
            lines.with_writer(io::stderr).with_ansi(colours()).fmt_fields(fields.delimited(" ")).try_init()
        }
        LogFormat::Json => lines.json().with_writer(|| PlainJson).try_init(),
    };
}

fn colours() -> bool {
    anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never
}

/// Stderr for events in JSON, each of which comes whole.
struct PlainJson;

impl Write for PlainJson {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let plain = render::plain_json(String::from_utf8_lossy(event).into_owned());
        io::stderr().lock().write_all(plain.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().lock().flush()
    }
}
