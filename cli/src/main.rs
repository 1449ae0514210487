//! The command `latchel-sync`.

fn main() -> std::process::ExitCode {
    latchel_sync_cli::main()
}
