//! Confirmation of what this adapter guesses: by an OpenAPI document of Latchel's, and in its sandbox.

mod compare;
#[cfg(test)]
mod drift;
mod expected;
mod fields;
mod openapi;
mod sandbox;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchel_sync_core::Result;
use latchel_sync_core::guesses::{Guesses, SpecReport, Told, TrialReport};
use latchel_sync_core::registry::Settings;
use serde_json::Value;

/// The guesses of this adapter.
#[derive(Debug)]
pub(crate) struct Guessed;

#[async_trait]
impl Guesses for Guessed {
    fn against(&self, document: &Value) -> Result<SpecReport> {
        compare::against(document)
    }

    async fn in_sandbox(
        &self,
        settings: &Settings,
        now: DateTime<Utc>,
        told: Told<'_>,
    ) -> Result<TrialReport> {
        sandbox::try_out(settings, now, told).await
    }
}
