//! The machine that measures.

/// Facts about it that a reader of the figures must know.
pub fn describe() -> Vec<String> {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let build =
        if cfg!(debug_assertions) { "a debug build: the times say nothing" } else { "a release build" };
    vec![format!("{cores} cores, {}; {build}", processor()), format!("load before: {}", load())]
}

/// Load averages of the last minute, five and fifteen: the number of processes that wanted a core.
pub fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(", ")
}

fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    name.map_or_else(|| "an unknown processor".to_owned(), |(_, name)| name.trim().to_owned())
}
