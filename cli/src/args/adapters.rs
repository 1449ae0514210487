//! Actions on adapters.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum AdaptersAction {
    /// Every adapter that this build has.
    List {
        /// Print what each platform can do, as the Markdown of docs/platforms.md.
        #[arg(long, conflicts_with = "json")]
        markdown: bool,
    },
    /// One adapter's settings and capabilities.
    Show {
        /// Its name.
        name: String,
    },
    /// Hold an account's adapter against its live platform, only reading; the report tells nothing of anybody.
    #[command(
        after_help = "Ends with 0 if every check holds, 1 if one fails, 2 if nothing could be read.\nExample:\n  latchel-sync adapters verify main > report.txt"
    )]
    Verify {
        /// The account, by its name in the configuration.
        account: String,
        /// Number of days to look back: only records that have changed since then are looked at.
        #[arg(long, default_value_t = 30)]
        days: u32,
        /// Number of rows after which a list is left.
        #[arg(long, default_value_t = 2_000)]
        rows: usize,
    },
    /// Write the skeleton of a new one, whose tests say what to write next (docs/writing-an-adapter.md).
    New {
        /// Its name in configurations and of its folder: lower-case letters and digits.
        name: String,
        /// The system's name for people; the name with a capital letter otherwise.
        #[arg(long)]
        title: Option<String>,
        /// Write the form for a GraphQL API.
        #[arg(long)]
        graphql: bool,
        /// A folder in the workspace: latchel-sync's repository, or one of your own.
        #[arg(long, default_value = ".")]
        path: PathBuf,
    },
}
