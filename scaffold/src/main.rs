//! The skeleton of a new adapter, without building the command that it is for.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// Write the skeleton of a new adapter, whose tests say what to write next (docs/writing-an-adapter.md).
#[derive(Debug, Parser)]
#[command(after_help = "Example:\n  cargo run -p scaffold -- acme --title \"Acme Homes\"")]
struct Args {
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
}

fn main() -> ExitCode {
    let Args { name, title, graphql, path } = Args::parse();
    let style = if graphql { scaffold::Style::GraphQl } else { scaffold::Style::Rest };
    match scaffold::write(&name, title.as_deref(), style, &path) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            if !problem.hint.is_empty() {
                eprintln!("hint: {}", problem.hint);
            }
            ExitCode::from(if problem.is_usage { 2 } else { 1 })
        }
    }
}
