//! Taking over an account that another program has filled (rule A2): proposals, and links for what people decide.

use std::sync::Arc;

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, State};
use latchel_sync_core::engine::{AdoptDecision, Proposal, Proposals};
use latchel_sync_core::model::Kind;
use uuid::Uuid;

use super::account::address;
use super::page::{Answer, Problem, Top, go, page};
use crate::access::Operator;
use crate::actions;
use crate::app::App;
use crate::jobs::QueuedJobId;

/// Most pairs that are shown for people to decide; the command's table has all.
const SHOWN: usize = 300;

#[derive(Template)]
#[template(path = "adopt.html")]
struct Ask {
    top: Top,
    account: String,
    address: String,
    platform: &'static str,
}

/// Page that says what is done, before the long work.
pub(super) async fn ask(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Operator(person): Operator,
) -> Answer {
    let one = app.accounts.get(&name).ok_or_else(|| Problem::missing(format!("account {name}")))?;
    page(&Ask { top: Top::of(&person), address: address(&name), platform: one.platform_title, account: name })
}

pub(super) async fn propose(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Operator(person): Operator,
) -> Answer {
    let job = actions::propose(&app, &person.name, &name).await?;
    go(&format!("/jobs/{}", job.0))
}

/// Links the pairs that the job found decided, and those that people chose among the others.
pub(super) async fn link(
    State(app): State<Arc<App>>,
    Path(id): Path<Uuid>,
    Operator(person): Operator,
    body: Bytes,
) -> Answer {
    let job =
        app.jobs.get(QueuedJobId(id)).await?.ok_or_else(|| Problem::missing("job with this id any more"))?;
    let proposals = job.proposals.ok_or_else(|| Problem::missing("proposal of this job"))?;
    let chosen: Vec<usize> = form_urlencoded::parse(&body)
        .filter(|(name, _)| name == "pair")
        .filter_map(|(_, index)| index.parse().ok())
        .collect();
    let is_meant =
        |index: usize, pair: &Proposal| pair.decision == AdoptDecision::Link || chosen.contains(&index);
    let meant = proposals.pairs.iter().enumerate().filter(|(index, pair)| is_meant(*index, pair));
    let pairs: Vec<_> =
        meant.map(|(_, pair)| Proposal { decision: AdoptDecision::Link, ..pair.clone() }).collect();
    if pairs.is_empty() {
        return Err(Problem::wrong("No pair was chosen", "Go back, and tick the pairs that are one record"));
    }
    let job = actions::adopt(&app, &person.name, &job.account, pairs).await?;
    go(&format!("/jobs/{}", job.0))
}

/// Proposals as a job's page shows them.
pub(super) struct Found {
    /// Each kind with the number of pairs that are decided.
    pub decided: Vec<(&'static str, usize)>,
    /// Those pairs, as far as they are shown.
    pub named: Vec<Proposal>,
    /// Number of those beyond what is shown.
    pub unnamed: usize,
    /// Pairs that people decide on, each with its place among all.
    pub open: Vec<(usize, Proposal)>,
    /// Number of those beyond what is shown.
    pub more: usize,
    pub warnings: Vec<String>,
    /// True if there is anything to link.
    pub any: bool,
}

impl Found {
    pub fn of(proposals: &Proposals) -> Self {
        let Proposals { pairs, warnings } = proposals;
        let of_kind = |kind: Kind| {
            let decided = |pair: &&Proposal| pair.kind == kind && pair.decision == AdoptDecision::Link;
            pairs.iter().filter(decided).count()
        };
        let name = |kind| match kind {
            Kind::Property => "properties",
            Kind::Resident => "residents",
            Kind::WorkOrder => "work orders",
        };
        let decided: Vec<_> = Kind::ALL.into_iter().map(|kind| (name(kind), of_kind(kind))).collect();
        let any = !pairs.is_empty();
        let linked = || pairs.iter().filter(|pair| pair.decision == AdoptDecision::Link);
        let unnamed = linked().count().saturating_sub(SHOWN);
        let named = linked().take(SHOWN).cloned().collect();
        let is_open = |(_, pair): &(usize, &Proposal)| pair.decision == AdoptDecision::Undecided;
        let open = pairs.iter().enumerate().filter(is_open);
        let more = open.clone().count().saturating_sub(SHOWN);
        let open = open.take(SHOWN).map(|(index, pair)| (index, pair.clone())).collect();
        Self { decided, named, unnamed, open, more, warnings: warnings.clone(), any }
    }
}
