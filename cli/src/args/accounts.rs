use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::since::Since;

/// About accounts as a whole.
pub(super) const HELP: &str = "Accounts stand in the configuration file or in the ledger. Those of the ledger are added and changed while \
servers run, which see it within seconds. Each is tested, as `check` does, before it is synced. Its secrets are sealed with a key that \
only LATCHEL_SYNC_MASTER_KEY in the environment opens, or are references to variables and files.\n\nExit codes: 0 done; 1 there is no such \
account; 2 the test failed, and nothing was changed; 3 wrong usage or configuration; 4 somebody else changed it meanwhile.";

#[derive(Debug, Subcommand)]
pub(crate) enum AccountsAction {
    /// Every account, of the configuration file and of the ledger.
    List,
    /// One account.
    Show {
        /// Its name.
        name: String,
    },
    /// Move the instant before which Latchel's work orders are left alone (rule L2).
    SetSyncStart {
        /// The account.
        name: String,
        /// An instant, a day in the account's time zone, or a span such as 5d.
        when: Since,
    },
    /// Add an account to the ledger, test it, and have it synced.
    #[command(
        after_help = "A secret is `env:NAME` or `file:PATH`, which each process resolves when it uses it, or `-`: then it is asked for, or read from \
                      stdin, a line for each, and sealed. It is no argument itself, because others see those.\n\nExamples:\n  \
                      latchel-sync accounts add north --from north.toml\n  latchel-sync accounts add north time_zone=America/Chicago sync_method=all \
                      platform.adapter=buildium platform.client_id=- platform.client_secret=- latchel.api_key=env:LATCHEL_KEY\n  \
                      latchel-sync accounts add south --from south.toml --disabled"
    )]
    Add {
        /// Its name, which it keeps.
        name: String,
        #[command(flatten)]
        with: Configured,
        /// Neither test nor sync it yet.
        #[arg(long)]
        disabled: bool,
    },
    /// Change settings of an account of the ledger.
    #[command(
        after_help = "Examples:\n  latchel-sync accounts set north schedule.work_orders=5m\n  latchel-sync accounts set north exclude.portfolios='[\"12\"]'\n  \
                      latchel-sync accounts set north latchel_user="
    )]
    Set {
        /// The account.
        name: String,
        #[command(flatten)]
        with: Configured,
    },
    /// Give an account of the ledger another secret, after a test with it.
    #[command(
        after_help = "The secret is asked for, or read from the first line of stdin.\n\nExamples:\n  latchel-sync accounts rotate north platform.client_secret\n  \
                      latchel-sync accounts rotate north latchel.api_key < key.txt"
    )]
    Rotate {
        /// The account.
        name: String,
        /// The setting, as `platform.client_secret`.
        setting: String,
    },
    /// Have an account of the ledger synced, after a test.
    Enable {
        /// The account.
        name: String,
    },
    /// Stop syncing an account of the ledger; a run that is under way ends as it would.
    Disable {
        /// The account.
        name: String,
    },
    /// Remove an account from the ledger; what syncs know of its records stays.
    Remove {
        /// The account.
        name: String,
    },
    /// Print a new master key, for LATCHEL_SYNC_MASTER_KEY.
    #[command(after_help = "Example:\n  latchel-sync accounts new-master-key > master.key")]
    NewMasterKey,
    /// Seal the keys of all accounts of the ledger with LATCHEL_SYNC_MASTER_KEY, where LATCHEL_SYNC_MASTER_KEY_OLD opens them.
    #[command(
        after_help = "1. `accounts new-master-key` prints a new key.\n2. Start every process again with the new key as LATCHEL_SYNC_MASTER_KEY, and the \
                      one of before as LATCHEL_SYNC_MASTER_KEY_OLD.\n3. `accounts rotate-master-key`, with both, seals everything anew.\n4. Take \
                      LATCHEL_SYNC_MASTER_KEY_OLD away."
    )]
    RotateMasterKey,
}

/// Settings of an account.
#[derive(Debug, Args)]
pub(crate) struct Configured {
    /// A file with the settings of one account, as in the configuration file, with `[[account]]` or without; `-` reads it from stdin. Secrets that stand
    /// there are sealed.
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// Settings, as `platform.base_url=https://example.com`; an empty value leaves one out.
    #[arg(value_name = "SETTING=VALUE")]
    pub settings: Vec<String>,
}
