use clap::{Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(crate) enum UsersAction {
    /// Add somebody, or replace them, which logs them out.
    #[command(
        after_help = "The password is asked for, or read from the first line of stdin; it has at least 12 characters.\n\nExamples:\n  latchel-sync users add robin --role operator\n  latchel-sync users add front-desk --role viewer < password.txt\n  latchel-sync users add grafana --role viewer --token > grafana.token"
    )]
    Add {
        /// Their name: letters, digits and . _ - @ +
        name: String,
        /// Role, which says what they may do.
        #[arg(long, value_enum)]
        role: UserRole,
        /// A program: print a token for its requests, once, instead of taking a password.
        #[arg(long)]
        token: bool,
    },
    /// Everybody who may log in, and every program with a token.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Remove somebody, which logs them out; 1 if there is nobody of this name.
    Remove {
        /// Their name.
        name: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum UserRole {
    /// Look at everything.
    Viewer,
    /// Also sync, pause, link, retry, dismiss.
    Operator,
}
