//! Actions on adapters.

use std::path::PathBuf;

use clap::Subcommand;

use crate::verification::{DAYS, ROWS};

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
    /// Hold an account's adapter against its live platform, only reading; or what the adapter for Latchel guesses against
    /// Latchel's own OpenAPI file, or its sandbox.
    #[command(
        long_about = "Hold an adapter against what it speaks to.\n\nWithout options: an account's adapter against its live platform, \
                      only reading; the report tells nothing of anybody.\n\nWith --spec: each call of the adapter for Latchel, and each \
                      field that it sends and reads, against an OpenAPI file; offline.\n\nWith --sandbox: makes a property, a resident \
                      and work orders in Latchel's sandbox, changes them and puts them away, and says which guesses hold. It refuses \
                      every other host, and needs no `writes = \"on\"`.",
        after_help = "Ends with 0 if every check holds, every call agrees or every guess holds, 1 if one does not, 2 if nothing could be \
                      read, 3 for a wrong use or another host than the sandbox.\n\nExamples:\n  latchel-sync adapters verify main > \
                      report.txt\n  latchel-sync adapters verify latchel --spec papi.yaml\n  latchel-sync adapters verify latchel --sandbox"
    )]
    Verify {
        /// An account of the configuration; with --spec or --sandbox also the adapter, `latchel`.
        name: String,
        /// Compare with this OpenAPI file, JSON or YAML; nothing is called.
        #[arg(long, value_name = "FILE", conflicts_with_all = ["sandbox", "days", "rows"])]
        spec: Option<PathBuf>,
        /// Try the writes in Latchel's sandbox.
        #[arg(long, conflicts_with_all = ["days", "rows"])]
        sandbox: bool,
        /// Number of days to look back: only records that have changed since then are looked at.
        #[arg(long, default_value_t = DAYS)]
        days: u32,
        /// Number of rows after which a list is left.
        #[arg(long, default_value_t = ROWS)]
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
