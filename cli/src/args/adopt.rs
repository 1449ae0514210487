use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(crate) struct Adopting {
    /// Link what is decided, in the ledger alone.
    #[arg(long)]
    pub apply: bool,
    /// Write the proposals to this new file; with --apply, read the decisions from it.
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// Write the platform's references to Latchel's linked records as well, where another program left its own. That program must
    /// be off: it knows its records by those.
    #[arg(long, requires = "apply")]
    pub write_references: bool,
}
