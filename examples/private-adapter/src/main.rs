use adapter_notebook as _; // linked only because it is named
fn main() -> std::process::ExitCode {
    latchel_sync_cli::main()
}
