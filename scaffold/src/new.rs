//! `adapters new`: a skeleton that compiles, and whose tests say what to write next.

use std::fs;
use std::path::{Path, PathBuf};

use crate::register::{self, Change};
use crate::skeleton::{self, Names, Skeleton};
use crate::{Problem, Style};

/// Destination of a skeleton.
enum Destination {
    /// latchel-sync's own repository, with a dialect in the mock.
    Repository(PathBuf),
    /// Somebody's own workspace.
    Workspace(PathBuf),
}

/// Writes the skeleton of an adapter into the workspace at or above `path`, and says on the standard error what to do next.
///
/// # Errors
///
/// If the name cannot be one, there is no workspace, or something is in its place already; nothing was written then.
pub fn write(name: &str, title: Option<&str>, style: Style, path: &Path) -> Result<(), Problem> {
    let names = Names::new(name, title, style).map_err(Problem::usage)?;
    match place(path)? {
        Destination::Repository(root) => in_repository(&names, &root),
        Destination::Workspace(root) => in_workspace(&names, &root),
    }
}

fn place(path: &Path) -> Result<Destination, Problem> {
    let start = fs::canonicalize(path).map_err(|error| not_there(path, error))?;
    let root = start.ancestors().find(|folder| {
        fs::read_to_string(folder.join("Cargo.toml")).is_ok_and(|text| text.contains("[workspace]"))
    });
    let root = root.ok_or_else(|| {
        Problem::usage(format!("there is no Cargo workspace at or above {}", start.display())).hint(
            "run it in latchel-sync's repository, or in a workspace of your own as examples/private-adapter is",
        )
    })?;
    let own = register::FILES.iter().all(|file| root.join(file).exists());
    Ok(if own { Destination::Repository(root.to_owned()) } else { Destination::Workspace(root.to_owned()) })
}

fn not_there(path: &Path, error: std::io::Error) -> Problem {
    Problem::usage(format!("{}: {error}", path.display())).hint("`--path` is a folder that is there")
}

fn in_repository(names: &Names, root: &Path) -> Result<(), Problem> {
    write_files(root, &skeleton::in_repository(names))?;
    let mut by_hand = Vec::new();
    for change in register::changes(names) {
        let file = root.join(change.file);
        match fs::read_to_string(&file).ok().and_then(|text| change.apply(&text)) {
            Some(text) => {
                fs::write(&file, text).map_err(|error| failed(&file, error))?;
                eprintln!("changed {}", change.file);
            }
            None => by_hand.push(change),
        }
    }
    by_hand.iter().for_each(tell);
    let name = &names.name;
    eprintln!(
        "next: the dialect first, then the adapter; each failing test says the next step\n  \
         cargo fmt --all\n  \
         cargo nextest run -p mock-pms -E 'test(/^{name}::/)'\n  \
         cargo nextest run -p adapter-{name}\n  \
         cargo nextest run -p latchel-sync-conformance -E 'test(/^{name}::/)'\n  \
         cargo nextest run -p tests -E 'test(/^{name}::/)'\n\
         docs/writing-an-adapter.md goes through it"
    );
    Ok(())
}

fn in_workspace(names: &Names, root: &Path) -> Result<(), Problem> {
    let manifest = root.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).map_err(|error| failed(&manifest, error))?;
    write_files(root, &skeleton::in_workspace(names, &text))?;
    register::in_workspace(names).iter().for_each(tell);
    eprintln!("next: each failing test says the next step\n  cargo test -p adapter-{}", names.name);
    Ok(())
}

/// Writes the files, or none of them if there is already something in their place.
fn write_files(root: &Path, skeleton: &Skeleton) -> Result<(), Problem> {
    if let Some(there) = skeleton.fresh.iter().map(|path| root.join(path)).find(|path| path.exists()) {
        return Err(Problem::usage(format!("{} is there already", there.display()))
            .hint("take another name, or remove what is there"));
    }
    for (file, text) in &skeleton.files {
        let path = root.join(file);
        let folder = path.parent().unwrap_or(root);
        fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
        fs::write(&path, text).map_err(|error| failed(&path, error))?;
        eprintln!("wrote {file}");
    }
    Ok(())
}

fn failed(path: &Path, error: std::io::Error) -> Problem {
    Problem::run(&error).hint(format!("writing {}", path.display()))
}

fn tell(change: &Change) {
    eprintln!("add to {}:\n{}", change.file, change.lines());
}
