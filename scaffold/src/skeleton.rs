//! Files that are written for a new adapter, from the templates in `scaffold/templates`.

/// Values of a template's placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Names {
    /// `__name__`: in the configuration, and of the folders.
    pub name: String,
    /// `__Title__`: for people.
    pub title: String,
    /// The kind of API that the skeleton is for.
    pub style: Style,
}

/// Kind of API, of which a skeleton has a form each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// An address for each kind of record.
    #[default]
    Rest,
    /// One address for everything, and bodies that say what is asked.
    GraphQl,
}

/// The longest name: it stands in tables and commands.
const LONGEST: usize = 24;
/// Names that would not compile as a module, and those of folders and crates that have another use.
const TAKEN: &[&str] = &[
    "abstract", "admin", "as", "async", "await", "become", "box", "break", "client", "const", "continue",
    "crate", "default", "do", "dyn", "else", "endpoint", "enum", "extern", "false", "faults", "fields",
    "final", "fn", "for", "gen", "if", "impl", "in", "latchel", "let", "loop", "macro", "match", "memory",
    "mod", "move", "mut", "override", "priv", "pub", "query", "ref", "return", "self", "server", "src",
    "static", "struct", "super", "test", "trait", "true", "try", "type", "typeof", "unsafe", "unsized",
    "use", "virtual", "where", "while", "world", "yield",
];

impl Names {
    /// Refuses a name that could not be that of a folder, a crate and a module, in a sentence.
    pub fn new(name: &str, title: Option<&str>, style: Style) -> Result<Self, String> {
        let starts = name.starts_with(|first: char| first.is_ascii_lowercase());
        let plain = name.chars().all(|one| one.is_ascii_lowercase() || one.is_ascii_digit());
        if !starts || !plain || name.len() > LONGEST {
            return Err(format!(
                "{name:?} cannot be an adapter's name: it has a lower-case letter, then lower-case letters and digits, \
                 {LONGEST} at most, as rentmanager"
            ));
        }
        if TAKEN.contains(&name) {
            return Err(format!("{name:?} cannot be an adapter's name: it is taken"));
        }
        let title = title.map_or_else(|| capitalised(name), |title| title.trim().to_owned());
        let readable = |one: char| one.is_alphanumeric() || " .&'-".contains(one);
        if title.is_empty() || !title.chars().all(readable) {
            return Err(format!("{title:?} cannot be a title: it has letters, digits and spaces"));
        }
        Ok(Self { name: name.to_owned(), title, style })
    }

    /// Purpose of a request, as the dialect tells it.
    fn purpose(&self) -> &'static str {
        match self.style {
            Style::Rest => "Purpose::by_method",
            Style::GraphQl => {
                "|_, _, body| if body.starts_with(b\"{\\\"query\\\":\\\"mutation\") { Purpose::Write } else { Purpose::Read }"
            }
        }
    }

    /// The dialect's constant.
    pub fn constant(&self) -> String {
        self.name.to_uppercase()
    }

    /// The template, or its form for this kind of API, with the names filled in.
    fn form(&self, file: &str, template: &str) -> String {
        let other = GRAPHQL.iter().find(|(one, _)| *one == file && self.style == Style::GraphQl);
        self.fill(other.map_or(template, |(_, other)| other))
    }

    fn fill(&self, template: &str) -> String {
        template
            .replace("__purpose__", self.purpose())
            .replace("__name__", &self.name)
            .replace("__NAME__", &self.constant())
            .replace("__Title__", &self.title)
            .replace("__Type__", &capitalised(&self.name))
    }
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

macro_rules! template {
    ($file:literal) => {
        include_str!(concat!("../templates/", $file))
    };
}

/// Each file of the crate but its manifest, and its template.
const ADAPTER: [(&str, &str); 10] = [
    ("README.md", template!("adapter/README.md.in")),
    ("src/lib.rs", template!("adapter/lib.rs.in")),
    ("src/config.rs", template!("adapter/config.rs.in")),
    ("src/api.rs", template!("adapter/api.rs.in")),
    ("src/wire.rs", template!("adapter/wire.rs.in")),
    ("src/platform.rs", template!("adapter/platform.rs.in")),
    ("src/next.rs", template!("adapter/next.rs.in")),
    ("tests/it/main.rs", template!("adapter/tests_main.rs.in")),
    ("tests/it/far.rs", template!("adapter/tests_far.rs.in")),
    ("tests/it/steps.rs", template!("adapter/tests_steps.rs.in")),
];

/// The files that are others for GraphQL.
const GRAPHQL: [(&str, &str); 2] = [
    ("src/api.rs", template!("graphql/api.rs.in")),
    ("tests/it/far.rs", template!("graphql/tests_far.rs.in")),
];

const DIALECT: [(&str, &str); 5] = [
    ("mod.rs", template!("dialect/mod.rs.in")),
    ("account.rs", template!("dialect/account.rs.in")),
    ("gate.rs", template!("dialect/gate.rs.in")),
    ("problem.rs", template!("dialect/problem.rs.in")),
    ("reply.rs", template!("dialect/reply.rs.in")),
];

/// Files of a new adapter.
pub(crate) struct Skeleton {
    /// The folders and files that must not be there.
    pub fresh: Vec<String>,
    /// Each file and its text.
    pub files: Vec<(String, String)>,
}

/// The skeleton for latchel-sync's own repository.
pub(crate) fn in_repository(names: &Names) -> Skeleton {
    let name = &names.name;
    let krate = format!("adapters/{name}");
    let (dialect, tests) = (format!("mock-pms/src/dialects/{name}"), format!("mock-pms/tests/it/{name}.rs"));
    let command = format!("tests/tests/it/{name}.rs");
    let mut files = in_crate(names, &krate);
    files.push((format!("{krate}/Cargo.toml"), names.fill(template!("adapter/Cargo.toml.in"))));
    files.extend(DIALECT.iter().map(|(file, template)| (format!("{dialect}/{file}"), names.fill(template))));
    files.push((tests.clone(), names.fill(template!("dialect/tests.rs.in"))));
    files.push((command.clone(), names.fill(template!("dialect/command.rs.in"))));
    Skeleton { fresh: vec![krate, dialect, tests, command], files }
}

fn in_crate(names: &Names, krate: &str) -> Vec<(String, String)> {
    let file = |(file, template): &(&str, &str)| (format!("{krate}/{file}"), names.form(file, template));
    ADAPTER.iter().map(file).collect()
}

/// The skeleton for a workspace with this manifest, which has no mock.
pub(crate) fn in_workspace(names: &Names, manifest: &str) -> Skeleton {
    let krate = format!("adapter-{}", names.name);
    let mut files = in_crate(names, &krate);
    files.push((format!("{krate}/Cargo.toml"), own_manifest(names, manifest)));
    let suite = names.fill(template!("private/conformance.rs.in"));
    files.push((format!("{krate}/tests/it/conformance.rs"), suite));
    for (_, text) in files.iter_mut().filter(|(file, _)| file.ends_with("tests/it/main.rs")) {
        *text = text.replace("mod far;", "mod conformance;\nmod far;");
    }
    for (_, text) in files.iter_mut().filter(|(file, _)| file.ends_with("tests/it/steps.rs")) {
        // The suite is a step of its own there.
        *text = text
            .lines()
            .filter(|line| !line.contains("conformance") && *line != "//!")
            .collect::<Vec<_>>()
            .join("\n")
            + "\n";
    }
    Skeleton { fresh: vec![krate], files }
}

/// Dependencies of the crate, as they would stand in a manifest, for a workspace that does not name them.
const DEPENDENCIES: [(&str, &str); 7] = [
    ("async-trait", "\"0.1\""),
    ("chrono", "\"0.4\""),
    ("futures", "\"0.3\""),
    ("latchel-sync-core", OURS),
    (HTTP, OURS),
    ("serde", "{ version = \"1\", features = [\"derive\"] }"),
    ("serde_json", "\"1\""),
];
const DEV_DEPENDENCIES: [(&str, &str); 3] = [
    ("latchel-sync-conformance", OURS),
    ("tokio", "{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }"),
    ("wiremock", "\"0.6\""),
];
const HTTP: &str = "latchel-sync-http";
const GIT: &str = concat!("git = \"", env!("CARGO_PKG_REPOSITORY"), "\"");
const OURS: &str = concat!("{ git = \"", env!("CARGO_PKG_REPOSITORY"), "\" }");

fn own_manifest(names: &Names, workspace: &str) -> String {
    let workspace: toml::Table = workspace.parse().unwrap_or_default();
    let known = workspace.get("workspace").and_then(|table| table.get("dependencies"));
    let line = |(name, alone): &(&str, &str)| match known.and_then(|known| known.get(name)) {
        Some(_) => format!("{name}.workspace = true\n"),
        None => format!("{name} = {alone}\n"),
    };
    let lines = |all: &[(&str, &str)]| all.iter().map(line).collect::<String>();
    let http = known.and_then(|known| known.get(HTTP)).map_or(GIT, |_| "workspace = true");
    format!(
        "[package]\nname = \"adapter-{}\"\nversion = \"0.1.0\"\nedition = \"2024\"\npublish = false\n\
         description = \"The {} adapter of latchel-sync.\"\n\n[dependencies]\n{}\n[dev-dependencies]\n{}\
         {HTTP} = {{ {http}, features = [\"testing\"] }}\n",
        names.name,
        names.title,
        lines(&DEPENDENCIES),
        lines(&DEV_DEPENDENCIES)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_that_of_a_folder_a_crate_and_a_module() {
        let names = Names::new("acme2", Some("Acme & Sons"), Style::Rest).unwrap();
        assert_eq!((names.constant().as_str(), names.title.as_str()), ("ACME2", "Acme & Sons"));
        assert_eq!(Names::new("acme", None, Style::Rest).unwrap().title, "Acme");
        let long = "a".repeat(LONGEST + 1);
        for bad in ["", "Acme", "2acme", "a-b", "a_b", "../a", "a/b", "é", "loop", "src", "latchel", &long] {
            assert!(Names::new(bad, None, Style::Rest).unwrap_err().contains("adapter's name"), "{bad}");
        }
        assert!(Names::new("acme", Some("\"; fn"), Style::Rest).unwrap_err().contains("title"));
    }

    #[test]
    fn no_placeholder_is_left() {
        let names = |style| Names::new("acme", None, style).unwrap();
        let files = |style| {
            in_repository(&names(style)).files.into_iter().chain(in_workspace(&names(style), "").files)
        };
        for (file, text) in files(Style::Rest).chain(files(Style::GraphQl)) {
            let left = ["__name__", "__NAME__", "__Title__", "__Type__", "__purpose__"]
                .iter()
                .find(|one| text.contains(**one));
            assert_eq!(left, None, "{file}");
        }
    }

    #[test]
    fn a_workspace_says_where_dependencies_come_from_as_far_as_it_does() {
        let names = Names::new("acme", None, Style::Rest).unwrap();
        let workspace = "[workspace.dependencies]\nlatchel-sync-core = { path = \"../core\" }\n";
        let manifest = own_manifest(&names, workspace);
        assert!(manifest.contains("latchel-sync-core.workspace = true\n"), "{manifest}");
        assert!(manifest.contains("latchel-sync-http = { git = \"https://"), "{manifest}");
        let manifest: toml::Table = manifest.parse().unwrap();
        let testing = manifest["dev-dependencies"]["latchel-sync-http"]["features"].as_array().unwrap();
        assert_eq!(testing[0].as_str(), Some("testing"));
    }
}
