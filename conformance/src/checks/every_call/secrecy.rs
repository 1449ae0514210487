use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use latchel_sync_core::model::{JobId, Kind, Marker};
use tracing::instrument::WithSubscriber;
use tracing_subscriber::fmt::MakeWriter;

use crate::bench::{Bench, EVERYTHING, rows};
use crate::checks::create_work_order::new;
use crate::expect::ensure;
use crate::far_side::{Setup, Trouble};
use crate::report::{Stop, Verdict};

/// Everything that the adapter prints, logs and fails with, searched for its secrets.
pub async fn no_credential_is_shown(setup: &dyn Setup) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    bench.add(Kind::WorkOrder, "To be read").await?;
    let secrets: Vec<_> = bench.far.secrets().into_iter().filter(|secret| !secret.is_empty()).collect();
    if secrets.is_empty() {
        return Err(Stop::no_notion("the adapter has no credentials"));
    }
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .with_ansi(false)
        .finish();
    let mut shown = errors(&bench).with_subscriber(subscriber).await?;
    shown.push(format!("{:?} {:#?}", bench.platform, bench.platform));
    if let Some(adapter) = setup.adapter() {
        shown.push(format!("{adapter:?}"));
    }
    shown.push(log.text());
    for text in &shown {
        if let Some(secret) = secrets.iter().find(|secret| text.contains(*secret)) {
            let start = text.find(secret).unwrap_or_default();
            let line = text[..start].rfind('\n').map_or(0, |end| end + 1);
            let around: String = text[line..start].chars().take(200).collect();
            return Err(Stop::failed(format!("a credential is shown, after {around:?}")));
        }
    }
    ensure!(
        shown.iter().all(|text| !text.is_empty()),
        "there must be something to search, and one text is empty"
    );
    Ok(())
}

/// Calls that succeed, and the errors of those that do not.
async fn errors(bench: &Bench) -> Result<Vec<String>, Stop> {
    let platform = &bench.platform;
    tracing::info!("the log is kept");
    rows(platform.work_orders(EVERYTHING)).await?;
    let created = platform.create_work_order(&new(bench, "Logged").await?, &Marker::for_job(JobId(3))).await;
    let mut shown = vec![format!("{created:?} {:?}", platform.check().await)];
    for trouble in [Trouble::Failing(Duration::from_secs(3_600)), Trouble::Garbage] {
        bench.far.trouble(Some(trouble)).await?;
        if let Err(error) = platform.users().await {
            shown.push(format!("{error} {error:?} {error:#?}"));
        }
    }
    bench.far.trouble(None).await?;
    // Credentials that are refused are the likeliest to be repeated by somebody.
    let stranger = bench.far.stranger().await?;
    shown.push(format!("{:?} {:?} {:?}", stranger, stranger.users().await, stranger.check().await));
    Ok(shown)
}

/// A log in memory.
#[derive(Debug, Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
