mod accounts;
mod adapters;
mod adopt;
mod alerts;
mod ledger;
mod mock;
mod pending;
mod users;

use std::net::SocketAddr;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Parser, Subcommand, ValueEnum};
use latchel_sync_server::ServerRole;

pub(crate) use self::accounts::{AccountsAction, Configured};
pub(crate) use self::adapters::AdaptersAction;
pub(crate) use self::adopt::Adopting;
pub(crate) use self::alerts::AlertsAction;
pub(crate) use self::ledger::LedgerAction;
pub(crate) use self::mock::Mocking;
pub(crate) use self::pending::{PendingAction, PendingRecords};
pub(crate) use self::users::{UserRole, UsersAction};
use crate::environment;
use crate::since::Since;

/// Two-way sync between a property management system and Latchel.
#[derive(Debug, Parser)]
#[command(
    name = "latchel-sync",
    version,
    after_help = "Examples:\n  latchel-sync demo\n  latchel-sync init --platform buildium\n  latchel-sync check && latchel-sync plan && latchel-sync sync\n  latchel-sync status work-order 48211"
)]
pub(crate) struct Args {
    /// The configuration file.
    #[arg(long, global = true, env = environment::CONFIG, default_value = "latchel-sync.toml")]
    pub config: PathBuf,
    /// Say more on stderr; twice for every call.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Format of the log lines.
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// Take this instant as now, for rehearsals and tests.
    #[arg(long, global = true, hide_short_help = true, value_name = "INSTANT")]
    pub now: Option<DateTime<Utc>>,
    /// Wait so long before a failed call is tried again, and twice as long each further time; 200 ms by default.
    #[arg(long, global = true, hide_short_help = true, value_name = "DURATION", env = environment::FIRST_PAUSE)]
    pub first_pause: Option<humantime::Duration>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for machines.
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a commented configuration file.
    Init {
        /// The platform to configure.
        #[arg(long, default_value = "buildium")]
        platform: String,
        /// Replace a file that is there.
        #[arg(long)]
        force: bool,
    },
    /// Test both ends and say what is wrong and what to do.
    Check {
        #[command(flatten)]
        scope: Scope,
    },
    /// Show what a sync would write, record by record, and count the rest; write nothing.
    Plan {
        #[command(flatten)]
        scope: Scope,
        #[command(flatten)]
        planned: Planned,
    },
    /// Sync; without options, everything in both directions.
    #[command(
        after_help = "Examples:\n  latchel-sync sync\n  latchel-sync sync --only work-orders --direction to-platform\n  latchel-sync sync --since 2026-03-01\n  latchel-sync sync --account main --since 5d"
    )]
    Sync {
        #[command(flatten)]
        scope: Scope,
        #[command(flatten)]
        what: What,
    },
    /// Compare whole lists of properties and residents, and find what is gone; without --apply it only says what it would do.
    #[command(
        long_about = "Compare whole lists of properties and residents, and find what is gone (rules W6, P8, R8).\n\nA sync looks at \
                      what changed in its window. This reads everything: linked pairs that differ are brought over, and linked \
                      properties and residents that the platform no longer has are flagged, after each of them was asked for by \
                      its id. It creates nothing that a sync would not. Once a month is often enough.",
        after_help = "Examples:\n  latchel-sync reconcile\n  latchel-sync reconcile --account main --json\n  latchel-sync reconcile --apply\n  latchel-sync reconcile --apply --allow-mass-change"
    )]
    Reconcile {
        #[command(flatten)]
        scope: Scope,
        #[command(flatten)]
        how: Reconciling,
    },
    /// Take over an account that was synced before: propose pairs of records, or link those that are decided.
    #[command(
        long_about = "Take over an account that was synced before (rule A2).\n\nLatchel may have the records already, under references \
                      of another program. This proposes pairs: properties by address and unit, residents at a pair's property, work \
                      orders of the last 90 days by number and property, each with its evidence. `link` stands where exactly one is on \
                      each side; write `link` yourself, or remove it, for the others. --apply links those rows in the ledger. It \
                      creates nothing, and changes nothing in either system unless --write-references asks for it.",
        after_help = "Examples:\n  latchel-sync adopt\n  latchel-sync adopt --account main --csv pairs.csv\n  latchel-sync adopt --account main --apply --csv pairs.csv\n  latchel-sync adopt --apply\n  latchel-sync adopt --apply --csv pairs.csv --write-references"
    )]
    Adopt {
        #[command(flatten)]
        scope: Scope,
        #[command(flatten)]
        how: Adopting,
    },
    /// Show each account's health, or one work order's banner.
    Status {
        #[command(flatten)]
        scope: Scope,
        #[command(subcommand)]
        of: Option<StatusOf>,
    },
    /// Explain why a record stands as it does.
    #[command(
        after_help = "Examples:\n  latchel-sync explain property 1204/20881\n  latchel-sync explain work-order 48211"
    )]
    Explain {
        /// Kind of record.
        kind: Explained,
        /// Its id or number on either side, a part of a property's name, or a resident's name, for which the platform's
        /// residents are gone through; `platform:ID` and `latchel:ID` name one record alone.
        id: String,
        #[command(flatten)]
        scope: Scope,
    },
    /// List runs, or show one.
    Runs {
        #[command(subcommand)]
        show: Option<RunsShow>,
        /// Number of runs to list.
        #[arg(long, default_value_t = 20)]
        limit: u32,
        #[command(flatten)]
        scope: Scope,
    },
    /// List, retry or dismiss what is pending or failed.
    Pending {
        #[command(subcommand)]
        action: PendingAction,
        #[command(flatten)]
        scope: Scope,
    },
    /// List accounts, show one, move its sync start; add and change those of the ledger.
    #[command(after_help = accounts::HELP)]
    Accounts {
        #[command(subcommand)]
        action: AccountsAction,
        #[command(flatten)]
        scope: Scope,
    },
    /// The mirror of Latchel's records, where its API can only list.
    #[command(
        after_help = "Examples:\n  latchel-sync mirror status\n  latchel-sync mirror fill --account main\n  latchel-sync mirror status --json"
    )]
    Mirror {
        #[command(subcommand)]
        action: MirrorAction,
        #[command(flatten)]
        scope: Scope,
    },
    /// Check the ledger, or write a copy of it.
    Ledger {
        #[command(subcommand)]
        action: LedgerAction,
        /// As JSON.
        #[arg(long, global = true)]
        json: bool,
    },
    /// List adapters, show one, verify one against a live account, or begin a new one.
    Adapters {
        #[command(subcommand)]
        action: AdaptersAction,
        /// As JSON.
        #[arg(long, global = true)]
        json: bool,
    },
    /// Show the sync rules and their reasons.
    Rules {
        /// As the Markdown of docs/rules.md.
        #[arg(long, conflicts_with = "json")]
        markdown: bool,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Run the mock systems alone, for integration tests.
    Mock(Mocking),
    /// Show the whole thing on a world of its own: nothing to configure.
    Demo {
        /// Approximate number of rentable units.
        #[arg(long, default_value_t = 240)]
        units: u32,
        /// Seed of the world's random choices.
        #[arg(long, default_value_t = 3)]
        seed: u64,
        /// Serve the dashboard on it afterwards, until told to stop.
        #[arg(long)]
        serve: bool,
        /// Address and port of the dashboard; port 0 takes a free one.
        #[arg(long, value_name = "ADDRESS:PORT", requires = "serve", value_parser = latchel_sync_server::listen_address)]
        listen: Option<SocketAddr>,
    },
    /// Sync by timetables, take webhooks, and show a dashboard, until told to stop. The signal HUP has the configuration read
    /// anew.
    #[command(
        after_help = "Examples:\n  latchel-sync serve\n  latchel-sync serve --listen localhost:9000\n  latchel-sync users add robin --role operator && latchel-sync serve --listen 0.0.0.0:8787"
    )]
    Serve {
        /// Address and port to listen on, instead of the configured ones; port 0 takes a free one.
        #[arg(long, value_name = "ADDRESS:PORT", value_parser = latchel_sync_server::listen_address)]
        listen: Option<SocketAddr>,
        /// Work of this process, instead of the configured one, if several share a ledger on PostgreSQL: everything; pages, API
        /// and webhooks; or the jobs.
        #[arg(long, value_enum)]
        role: Option<RoleName>,
    },
    /// Say who may use the dashboard and the API.
    Users {
        #[command(subcommand)]
        action: UsersAction,
    },
    /// Show what people did, newest first: also log-ins, failed ones included, and users added.
    Audit {
        /// Number of entries to show.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
        limit: u32,
        #[command(flatten)]
        scope: Scope,
    },
    /// Try whether people are told of what goes wrong.
    Alerts {
        #[command(subcommand)]
        action: AlertsAction,
    },
    /// Write a shell's completions to stdout.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// Work of a process that serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleName {
    All,
    Web,
    Worker,
}

impl From<RoleName> for ServerRole {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::All => Self::All,
            RoleName::Web => Self::Web,
            RoleName::Worker => Self::Worker,
        }
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct Scope {
    /// One account; all of them otherwise.
    #[arg(long, global = true)]
    pub account: Option<String>,
    /// As JSON on stdout.
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct What {
    /// Only these records.
    #[arg(long, value_enum)]
    pub only: Vec<Only>,
    /// Only this way.
    #[arg(long, value_enum, default_value_t = DirectionArg::Both)]
    pub direction: DirectionArg,
    /// Look at what changed since then, instead of the window: an instant, a day in the account's time zone, or a
    /// span such as 5d or 36h.
    #[arg(long, value_name = "WHEN")]
    pub since: Option<Since>,
    /// Set as many records inactive as the platform says, however many (rule G1).
    #[arg(long)]
    pub allow_mass_change: bool,
    /// End after so long, as 20m, with what was done by then.
    #[arg(long, value_name = "SPAN")]
    pub deadline: Option<humantime::Duration>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Planned {
    #[command(flatten)]
    pub what: What,
    /// Show also the records of which nothing would be written; as JSON they are always shown.
    #[arg(long)]
    pub all: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Reconciling {
    /// Write what the plan says.
    #[arg(long)]
    pub apply: bool,
    /// Set as many records inactive as the platform says, however many (rule G1).
    #[arg(long)]
    pub allow_mass_change: bool,
    /// End after so long, as 20m, with what was done by then.
    #[arg(long, value_name = "SPAN")]
    pub deadline: Option<humantime::Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Only {
    WorkOrders,
    Properties,
    Residents,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DirectionArg {
    ToLatchel,
    ToPlatform,
    Both,
}

#[derive(Debug, Subcommand)]
pub(crate) enum StatusOf {
    /// The banner of a work order, by an id or number of either side.
    WorkOrder {
        /// The id or number; `platform:ID` and `latchel:ID` name one record alone.
        id: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Explained {
    Property,
    Resident,
    WorkOrder,
    Lease,
    File,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RunsShow {
    /// One run, with what was new or changed in it.
    Show {
        /// The run's id.
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum MirrorAction {
    /// State of each list: how far it was read, and if nothing is missing.
    Status,
    /// Read all lists until nothing is missing, within the share of calls; goes on where it was interrupted.
    Fill,
}
