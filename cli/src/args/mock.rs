use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(crate) struct Mocking {
    /// The platform to imitate.
    #[arg(long, default_value = "buildium")]
    pub platform: String,
    /// The Latchel to imitate: `papi`, Latchel's Partner API, or `gateway`, in this project's contract.
    #[arg(long, default_value = "papi")]
    pub latchel: String,
    /// Latchel's rate limit, instead of that of the real system; `none` for none.
    #[arg(long, value_name = "CALLS/SECONDS", value_parser = latchel_limit)]
    pub latchel_limit: Option<LatchelLimit>,
    /// A world file (docs/mock-pms.md).
    #[arg(long, conflicts_with = "generate")]
    pub world: Option<PathBuf>,
    /// A world to make, as `units=2000,seed=7`, or `units=40,latchel=half+stale`.
    #[arg(long, default_value = "units=200,seed=1")]
    pub generate: String,
    /// A file that says what goes wrong on purpose (docs/mock-pms.md).
    #[arg(long)]
    pub faults: Option<PathBuf>,
    /// Switch something odd that the platform or Latchel does, as last-page-total=off; `--list-quirks` shows what there is.
    #[arg(long, value_name = "NAME=on|off", value_parser = quirk)]
    pub quirk: Vec<(String, mock_pms::Switch)>,
    /// Print what each platform and Latchel does oddly and can be switched instead.
    #[arg(long)]
    pub list_quirks: bool,
    /// The platform's port; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Latchel's port; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    pub latchel_port: u16,
    /// The admin API's port; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    pub admin_port: u16,
    /// Also serve pages that look like the systems' own, to try the browser extension on; 0 takes a free port.
    #[arg(long, value_name = "PORT")]
    pub pages_port: Option<u16>,
    /// Print the addresses and keys as JSON.
    #[arg(long)]
    pub json: bool,
    /// Print the JSON Schema of a world file instead.
    #[arg(long, exclusive = true)]
    pub schema: bool,
}

/// Rate limits of the mock Latchel, of which there may be none.
#[derive(Debug, Clone)]
pub(crate) struct LatchelLimit(pub Vec<mock_pms::RateLimit>);

fn latchel_limit(text: &str) -> Result<LatchelLimit, String> {
    if text == "none" {
        return Ok(LatchelLimit(Vec::new()));
    }
    let limit = text.parse().map_err(|error| format!("{error}, nor none"))?;
    Ok(LatchelLimit(vec![limit]))
}

fn quirk(text: &str) -> Result<(String, mock_pms::Switch), String> {
    let (name, switch) = text.split_once('=').ok_or("a quirk is switched as NAME=on or NAME=off")?;
    Ok((name.to_owned(), switch.parse()?))
}
