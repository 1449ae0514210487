//! The lines by which an adapter and its dialect are known, put where they belong.

use crate::skeleton::Names;

/// The files that name every adapter and dialect; a workspace that has them is latchel-sync's.
pub(crate) const FILES: [&str; 5] = [
    "adapters/Cargo.toml",
    "adapters/src/lib.rs",
    "mock-pms/src/dialects/mod.rs",
    "mock-pms/tests/it/main.rs",
    "tests/tests/it/main.rs",
];

/// Additions to one file.
#[derive(Debug)]
pub(crate) struct Change {
    /// The file, from the workspace's root.
    pub file: &'static str,
    additions: Vec<Addition>,
}

/// Lines, or a word in a list.
#[derive(Debug)]
enum Addition {
    /// Before the first of the lines like it that is greater, or behind the last.
    Among { like: fn(&str) -> bool, block: String },
    /// Before this line.
    Before { line: &'static str, block: String },
    /// Into the list that comes next behind `open`.
    Into { open: &'static str, word: String },
}

impl Change {
    /// The text with everything added; `None` if it has no place for something.
    pub fn apply(&self, text: &str) -> Option<String> {
        self.additions.iter().try_fold(text.to_owned(), |text, addition| addition.apply(&text))
    }

    /// Added lines, as people are shown them.
    pub fn lines(&self) -> String {
        let line = |addition: &Addition| match addition {
            Addition::Among { block, .. } | Addition::Before { block, .. } => block.clone(),
            Addition::Into { open, word } => format!("{open} [… {word} …]"),
        };
        let all: Vec<_> = self.additions.iter().map(line).collect();
        all.join("\n").lines().map(|line| format!("    {line}\n")).collect()
    }
}

impl Addition {
    fn apply(&self, text: &str) -> Option<String> {
        match self {
            Self::Among { like, block } => among(text, *like, block),
            Self::Before { line, block } => {
                let at = text.find(line)?;
                Some(format!("{}{block}\n{}", &text[..at], &text[at..]))
            }
            Self::Into { open, word } => into(text, open, word),
        }
    }
}

/// A block of one line, or of an attribute and a line; the last line is what is compared.
fn among(text: &str, like: fn(&str) -> bool, block: &str) -> Option<String> {
    let lines: Vec<_> = text.lines().collect();
    let own = bare(block.lines().last()?);
    let alike = || (0..lines.len()).filter(|at| like(lines[*at]));
    let at = match alike().find(|at| bare(lines[*at]) > own) {
        Some(next) if next > 0 && lines[next - 1].starts_with("#[") => next - 1,
        Some(next) => next,
        None => alike().next_back()? + 1,
    };
    let (before, behind) = lines.split_at(at);
    let all = before.iter().copied().chain(block.lines()).chain(behind.iter().copied());
    Some(all.fold(String::new(), |text, line| text + line + "\n"))
}

/// A line without what does not count for its place.
fn bare(line: &str) -> &str {
    line.trim_start_matches("pub(crate) ").trim_end_matches(';')
}

fn into(text: &str, open: &str, word: &str) -> Option<String> {
    let behind = text.find(open)? + open.len();
    // However the list is broken into lines.
    let begin = behind + text[behind..].find('[')? + 1;
    let end = begin + text[begin..].find(']')?;
    let mut words: Vec<_> =
        text[begin..end].split(',').map(str::trim).filter(|one| !one.is_empty()).collect();
    words.push(word);
    words.sort_unstable();
    Some(format!("{}{}{}", &text[..begin], words.join(", "), &text[end..]))
}

/// Everything outside its own folders that an adapter of latchel-sync and its dialect need.
pub(crate) fn changes(names: &Names) -> Vec<Change> {
    let (name, constant, title) = (&names.name, names.constant(), &names.title);
    let [manifest, umbrella, dialects, tests, commands] = FILES;
    let module = || vec![Addition::Among { like: is_module, block: format!("mod {name};") }];
    vec![
        Change {
            file: manifest,
            additions: vec![
                Addition::Among {
                    like: |line| line.starts_with("adapter-"),
                    block: format!("adapter-{name} = {{ path = \"{name}\", optional = true }}"),
                },
                Addition::Into { open: "default =", word: format!("\"{name}\"") },
                Addition::Among {
                    like: |line| line.contains(" = [\"dep:adapter-"),
                    block: format!("{name} = [\"dep:adapter-{name}\"]"),
                },
            ],
        },
        Change {
            file: umbrella,
            additions: vec![Addition::Among {
                like: |line| line.starts_with("use adapter_"),
                block: format!("#[cfg(feature = \"{name}\")]\nuse adapter_{name} as _;"),
            }],
        },
        Change {
            file: dialects,
            additions: vec![
                Addition::Among { like: is_module, block: format!("mod {name};") },
                Addition::Before {
                    line: "    /// All of them, by name.\n",
                    block: format!(
                        "    /// {title}'s API.\n    pub const {constant}: Self = Self(&{name}::SPEC);\n"
                    ),
                },
                Addition::Into { open: "const ALL: &[Self] =", word: format!("Self::{constant}") },
            ],
        },
        Change { file: tests, additions: module() },
        Change { file: commands, additions: module() },
    ]
}

fn is_module(line: &str) -> bool {
    line.ends_with(';') && bare(line).starts_with("mod ")
}

/// Changes that a workspace of somebody's own needs. Its files may look like anything, so nothing is changed there: people
/// are told of the changes.
pub(crate) fn in_workspace(names: &Names) -> Vec<Change> {
    let line = |line: String| vec![Addition::Among { like: |_| false, block: line }];
    let name = &names.name;
    vec![
        Change { file: "Cargo.toml, [workspace] members", additions: line(format!("\"adapter-{name}\"")) },
        Change {
            file: "Cargo.toml, [dependencies]",
            additions: line(format!("adapter-{name} = {{ path = \"adapter-{name}\" }}")),
        },
        Change {
            file: "src/main.rs",
            additions: line(format!("use adapter_{name} as _; // linked only because it is named")),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Style;

    fn applied(name: &str) -> Vec<Option<String>> {
        let names = Names::new(name, None, Style::Rest).unwrap();
        let texts = [
            include_str!("../../adapters/Cargo.toml"),
            include_str!("../../adapters/src/lib.rs"),
            include_str!("../../mock-pms/src/dialects/mod.rs"),
            include_str!("../../mock-pms/tests/it/main.rs"),
            include_str!("../../tests/tests/it/main.rs"),
        ];
        changes(&names).iter().zip(texts).map(|(change, text)| change.apply(text)).collect()
    }

    #[test]
    fn lines_go_where_their_like_is_wherever_that_is() {
        for name in ["aaa", "entrata", "zillow"] {
            let [manifest, umbrella, dialects, tests @ ..] = &applied(name)[..] else { panic!("the files") };
            let manifest: toml::Table = manifest.as_deref().unwrap().parse().unwrap();
            assert_eq!(manifest["dependencies"][format!("adapter-{name}")]["path"].as_str(), Some(name));
            assert_eq!(manifest["features"][name][0].as_str(), Some(format!("dep:adapter-{name}").as_str()));
            let default = manifest["features"]["default"].as_array().unwrap();
            assert!(default.is_sorted_by_key(|one| one.as_str().map(str::to_owned)), "{default:?}");
            let pair = format!("#[cfg(feature = \"{name}\")]\nuse adapter_{name} as _;\n");
            assert!(umbrella.as_deref().unwrap().contains(&pair));
            let dialects = dialects.as_deref().unwrap();
            let list = dialects.split("const ALL").nth(1).unwrap();
            assert!(list.contains(&format!("Self::{}", name.to_uppercase())));
            assert_eq!(tests.len(), 2);
            for tests in tests {
                assert!(tests.as_deref().unwrap().contains(&format!("mod {name};\n")));
            }
        }
    }

    #[test]
    fn a_file_without_a_place_is_left_to_people() {
        let names = Names::new("acme", None, Style::Rest).unwrap();
        let all = changes(&names);
        assert!(all.iter().all(|change| change.apply("fn main() {}\n").is_none()));
        assert!(all[0].lines().contains("    adapter-acme = { path = \"acme\", optional = true }\n"));
        assert!(all[2].lines().contains("Self::ACME"));
    }
}
