use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use latchel_sync_core::Result;
use latchel_sync_ledger::desk::Alert;
use tokio::time::Instant;

use super::channel::Channel;
use super::condition::Condition;
use super::config::AlertsConfig;
use super::findings::{Finding, Known, findings, misconfigured};
use super::notice::Notice;
use crate::app::App;

/// Looks for conditions, and tells people when one begins and when it is over.
#[derive(Debug)]
pub struct Watcher {
    channels: Vec<Teller>,
}

/// The conditions that hold, of the accounts that could be looked at.
type Found = BTreeMap<String, BTreeMap<Condition, Finding>>;

impl Watcher {
    /// One that tells over the configured channels.
    ///
    /// # Errors
    ///
    /// [`Config`](latchel_sync_core::ErrorKind::Config) if a channel cannot be used as it is configured; the context `key` names
    /// the setting.
    pub fn new(config: &AlertsConfig) -> Result<Self> {
        let teller = |channel| Teller { channel, failures: 0, pause_until: None, tries: HashMap::new() };
        Ok(Self { channels: Channel::all(config)?.into_iter().map(teller).collect() })
    }

    /// Looks after each run and each minute until [`App::stop`] is set. Where there are many accounts a look takes long, and the next
    /// one waits for longer.
    pub(crate) async fn keep(mut self, app: &App) {
        while !app.stop.is_set() && !self.channels.is_empty() {
            let began = Instant::now();
            if app.has_duty("alerts", DUTY).await
                && let Err(error) = self.check(app).await
            {
                tracing::warn!(%error, "it could not be found out whether people need to be told something");
            }
            let rest = tokio::time::sleep(began.elapsed() * REST);
            tokio::select! {
                () = app.stop.asked() => {}
                () = rest => {}
            }
            tokio::select! {
                () = app.stop.asked() => {}
                () = app.jobs.one_ended() => {}
                () = tokio::time::sleep(BETWEEN_LOOKS) => {}
            }
        }
    }

    /// Looks once, and tells what is to be told now.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be used. A channel that does not work is tried again later.
    pub async fn check(&mut self, app: &App) -> Result<()> {
        let mut found = Found::new();
        let known = Known::read(app).await?;
        let served = app.accounts.now();
        for account in served.synced.values() {
            match findings(app, account, &known).await {
                Ok(findings) => {
                    let by_condition = findings.into_iter().map(|finding| (finding.condition, finding));
                    found.insert(account.name().to_owned(), by_condition.collect());
                }
                Err(error) => {
                    tracing::warn!(account = account.name(), %error, "an account's state is unknown")
                }
            }
        }
        for (name, problem) in served.mistakes() {
            let finding = misconfigured(problem, app.clock.began());
            found.insert(name.clone(), BTreeMap::from([(finding.condition, finding)]));
        }
        let written = app.desk.alerts().await?;
        self.forget(app, &written).await?;
        let told = self.channels.iter_mut().map(|teller| teller.tell(app, &found, &written));
        join_all(told).await.into_iter().collect()
    }

    /// Forgets what was told of accounts and over channels that are no longer configured.
    async fn forget(&self, app: &App, written: &[Alert]) -> Result<()> {
        for alert in written {
            let is_told = self.channels.iter().any(|teller| teller.condition(alert).is_some());
            if !is_told || !app.accounts.now().knows(&alert.account) {
                app.desk.end_alert(&alert.account, &alert.kind).await?;
            }
        }
        Ok(())
    }
}

/// Time for which a process that has looked keeps the others from it.
const DUTY: TimeDelta = TimeDelta::minutes(3);
const BETWEEN_LOOKS: Duration = Duration::from_secs(60);
/// Times that a look takes for which there is no other: all of them take a tenth of the time.
const REST: u32 = 9;

/// A channel, and how well it works.
#[derive(Debug)]
struct Teller {
    channel: Channel,
    /// Number of failures since it last worked.
    failures: u32,
    /// End of the pause in which it is left alone, UTC.
    pause_until: Option<DateTime<Utc>>,
    /// Number of vain tries of each alert, by its account and kind: what cannot be told comes after what may be.
    tries: HashMap<(String, String), u32>,
}

/// News of an alert that is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum News {
    Begun,
    Over,
}

/// The pause after a channel's first failure; each further one doubles it.
const FIRST_PAUSE: TimeDelta = TimeDelta::minutes(1);
/// The longest of them.
const LONGEST_PAUSE: TimeDelta = TimeDelta::minutes(30);

impl Teller {
    /// Brings what is written down for this channel in line with what holds, and tells what is new.
    async fn tell(&mut self, app: &App, found: &Found, written: &[Alert]) -> Result<()> {
        let mut news = self.news(app, found, written).await?;
        news.sort_by_key(|(alert, _)| (self.tries_of(alert), alert.since));
        for (alert, what) in news {
            let now = app.clock.now();
            if app.stop.is_set() || self.pause_until.is_some_and(|until| now < until) {
                return Ok(());
            }
            let notice = match what {
                News::Begun => Notice::begun(&alert, &app.config),
                News::Over => Notice::over(&alert, &app.config, now),
            };
            if let Err(error) = self.channel.send(&notice).await {
                tracing::warn!(channel = self.channel.name(), %error, "people could not be told; it is tried again");
                self.failed(&alert, app.clock.now());
                return Ok(());
            }
            self.worked(&alert);
            match what {
                News::Begun => {
                    app.desk.put_alert(&Alert { told_at: Some(app.clock.now()), ..alert }).await?;
                }
                News::Over => app.desk.end_alert(&alert.account, &alert.kind).await?,
            }
        }
        Ok(())
    }

    /// Collects the news to tell. An alert that was over before it was told is nobody's concern any more, and is forgotten.
    async fn news(&self, app: &App, found: &Found, written: &[Alert]) -> Result<Vec<(Alert, News)>> {
        let mut news = Vec::new();
        for alert in written {
            let Some(condition) = self.condition(alert) else { continue };
            let Some(holding) = found.get(&alert.account) else { continue };
            // Nobody knows about an account that is left out if the rest of what was told is over.
            if app.accounts.now().left_out.contains_key(&alert.account)
                && condition != Condition::Misconfigured
            {
                continue;
            }
            match (holding.contains_key(&condition), alert.told_at) {
                (true, None) => news.push((alert.clone(), News::Begun)),
                (false, Some(_)) => news.push((alert.clone(), News::Over)),
                (false, None) => app.desk.end_alert(&alert.account, &alert.kind).await?,
                // Another mistake is other news.
                (true, Some(_)) if condition == Condition::Misconfigured => {
                    let text = &holding[&condition].text;
                    if *text != alert.text {
                        news.push((
                            Alert { text: text.clone(), told_at: None, ..alert.clone() },
                            News::Begun,
                        ));
                    }
                }
                (true, Some(_)) => {}
            }
        }
        for (account, holding) in found {
            for finding in holding.values() {
                let kind = self.kind(finding.condition);
                if written.iter().any(|alert| alert.account == *account && alert.kind == kind) {
                    continue;
                }
                let Finding { text, since, .. } = finding.clone();
                let alert = Alert { account: account.clone(), kind, text, since, told_at: None };
                app.desk.put_alert(&alert).await?;
                news.push((alert, News::Begun));
            }
        }
        Ok(news)
    }

    /// Name under which a condition is written down for this channel, as `runs_failed/email`.
    fn kind(&self, condition: Condition) -> String {
        format!("{}/{}", condition.as_str(), self.channel.name())
    }

    /// The condition of an alert that is told over this channel.
    fn condition(&self, alert: &Alert) -> Option<Condition> {
        let (condition, channel) = alert.kind.split_once('/')?;
        Condition::from_name(condition).filter(|_| channel == self.channel.name())
    }

    fn tries_of(&self, alert: &Alert) -> u32 {
        self.tries.get(&id(alert)).copied().unwrap_or_default()
    }

    fn failed(&mut self, alert: &Alert, now: DateTime<Utc>) {
        *self.tries.entry(id(alert)).or_default() += 1;
        let pause = FIRST_PAUSE * (1 << self.failures.min(10));
        self.failures += 1;
        self.pause_until = Some(now + pause.min(LONGEST_PAUSE));
    }

    fn worked(&mut self, alert: &Alert) {
        self.tries.remove(&id(alert));
        (self.failures, self.pause_until) = (0, None);
    }
}

fn id(alert: &Alert) -> (String, String) {
    (alert.account.clone(), alert.kind.clone())
}
