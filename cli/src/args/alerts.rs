use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum AlertsAction {
    /// Send a test notice over each channel, and say of each whether it was taken.
    #[command(
        after_help = "Ends with 0 if every channel took it, 1 if one did not, 3 if none is configured. Taken means accepted for delivery: look whether it arrives.\n\nExamples:\n  latchel-sync alerts test\n  latchel-sync alerts test --json"
    )]
    Test {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}
