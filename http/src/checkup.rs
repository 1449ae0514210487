//! Test of a connection: a list of what is needed, with a remedy for each.

use latchel_sync_core::{Error, ErrorKind, Finding, Probe, Result};

/// Test of a connection, need by need. Once the credentials are refused, nothing else is asked for.
///
/// ```
/// # use latchel_sync_http::{Answer, Checkup};
/// # use latchel_sync_core::{Probe, Result};
/// # async fn check(peek: impl AsyncFn(&str) -> Result<Answer>) -> Result<Probe> {
/// let mut checkup = Checkup::of("key", "Make an API key under Settings, and put it into `api_key`.");
/// for (path, permission) in [("units", "Units: Read"), ("tasks", "Tasks: Read and Write")] {
///     let remedy = format!("Give the API key the permission \"{permission}\".");
///     checkup.need(format!("permission for {path}"), remedy, peek(path)).await?;
/// }
/// # Ok(
/// checkup.finish()
/// # )
/// # }
/// ```
#[derive(Debug)]
pub struct Checkup {
    credentials: &'static str,
    remedy: &'static str,
    /// Kinds of failures by which a need is found missing, beside a missing permission.
    missing: Vec<ErrorKind>,
    refusal: Option<Finding>,
    accepted: String,
    findings: Vec<Finding>,
    account: Option<String>,
}

impl Checkup {
    /// Test of a connection with these credentials, which are said in a word; `remedy` says what to do if they are refused.
    pub fn of(credentials: &'static str, remedy: &'static str) -> Self {
        Self {
            credentials,
            remedy,
            missing: vec![ErrorKind::Forbidden],
            refusal: None,
            accepted: "accepted".to_owned(),
            findings: Vec::new(),
            account: None,
        }
    }

    /// A record or list that is not there is a need that is missing too: the far side hides what it does not permit.
    pub fn hidden_is_missing(mut self) -> Self {
        self.missing.push(ErrorKind::NotFound);
        self
    }

    /// Asks for what a sync needs, and returns it. A missing permission becomes a finding about `subject` with `remedy`.
    ///
    /// # Errors
    ///
    /// Every failure that is neither about the credentials nor about permissions.
    pub async fn need<T>(
        &mut self,
        subject: impl Into<String>,
        remedy: impl Into<String>,
        ask: impl Future<Output = Result<T>>,
    ) -> Result<Option<T>> {
        self.ask(ask, |error| Some(Finding::error(subject, error.to_string(), remedy))).await
    }

    /// Asks for what a sync can do without, and returns it if it may be read.
    ///
    /// # Errors
    ///
    /// As for [`Checkup::need`].
    pub async fn want<T>(&mut self, ask: impl Future<Output = Result<T>>) -> Result<Option<T>> {
        self.ask(ask, |_| None).await
    }

    async fn ask<T>(
        &mut self,
        ask: impl Future<Output = Result<T>>,
        missing: impl FnOnce(&Error) -> Option<Finding>,
    ) -> Result<Option<T>> {
        if self.is_refused() {
            return Ok(None);
        }
        match ask.await {
            Ok(answer) => return Ok(Some(answer)),
            Err(error) if error.kind() == ErrorKind::Unauthorized => self.refuse(&error),
            Err(error) if self.missing.contains(&error.kind()) => self.findings.extend(missing(&error)),
            Err(error) => return Err(error),
        }
        Ok(None)
    }

    /// Notes that the credentials are refused.
    pub fn refuse(&mut self, error: &Error) {
        self.refusal = Some(Finding::error(self.credentials, error.to_string(), self.remedy));
    }

    /// True if the credentials are refused, so that nothing else is worth asking for.
    pub fn is_refused(&self) -> bool {
        self.refusal.is_some()
    }

    /// True if everything that was asked for is there.
    pub fn is_complete(&self) -> bool {
        !self.is_refused() && self.findings.is_empty()
    }

    /// Names whose credentials they are, such as `"accepted, of Ada Abara"`.
    pub fn accepted(&mut self, words: impl Into<String>) {
        self.accepted = words.into();
    }

    /// Names the account that the credentials belong to.
    pub fn account(&mut self, name: Option<String>) {
        self.account = name;
    }

    /// Adds findings of the adapter's own tests.
    pub fn found(&mut self, findings: impl IntoIterator<Item = Finding>) {
        self.findings.extend(findings);
    }

    /// Adds a finding about what must exist there, by name or id: `found`, or the error that says what is wrong and for which
    /// `remedy` says what to do.
    pub fn named(&mut self, subject: impl Into<String>, found: Result<String>, remedy: impl Into<String>) {
        self.findings.push(match found {
            Ok(found) => Finding::ok(subject, found),
            Err(error) => Finding::error(subject, error.message(), remedy),
        });
    }

    /// The result: the refusal alone, or that the credentials were accepted and everything else.
    pub fn finish(self) -> Probe {
        let findings = match self.refusal {
            Some(refusal) => vec![refusal],
            None => {
                std::iter::once(Finding::ok(self.credentials, self.accepted)).chain(self.findings).collect()
            }
        };
        Probe { account_name: self.account, findings }
    }
}
