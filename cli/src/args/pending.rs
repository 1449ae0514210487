use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum PendingAction {
    /// List what is pending or failed, and since when.
    List,
    /// Try records again in the next run, also ones that were dismissed.
    Retry(PendingRecords),
    /// Leave records alone until something about them changes.
    Dismiss(PendingRecords),
}

/// One record by kind and id, or many.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  latchel-sync pending retry work-order 48211\n  latchel-sync pending retry --reason call_failed\n  latchel-sync pending dismiss --all --account main"
)]
pub(crate) struct PendingRecords {
    /// property, resident or work-order.
    #[arg(requires = "id", required_unless_present_any = ["reason", "all"], conflicts_with_all = ["reason", "all"])]
    pub kind: Option<String>,
    /// The id, as `pending list` shows it.
    pub id: Option<String>,
    /// The record was read from Latchel.
    #[arg(long, requires = "kind")]
    pub from_latchel: bool,
    /// Every record with this reason, as `pending list` shows it.
    #[arg(long, conflicts_with = "all")]
    pub reason: Option<String>,
    /// Every record that is pending or failed.
    #[arg(long)]
    pub all: bool,
}
