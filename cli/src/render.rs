//! Output: data on stdout, all else on stderr. What systems and people elsewhere wrote is in nearly every line, so that each
//! goes through [`visible`]: a line stays one line, and commands nothing.

use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::sync::OnceLock;

use comfy_table::ContentArrangement;
use latchel_sync_core::words::{is_unseen, visible};
use serde::Serialize;

use crate::exit::Failure;

/// Prints one line on stdout, whatever its arguments hold.
macro_rules! say {
    () => { $crate::render::write(b"\n") };
    ($($line:tt)*) => { $crate::render::line($crate::render::Place::Stdout, format_args!($($line)*)) };
}

/// Prints one line on stderr, whatever its arguments hold.
macro_rules! note {
    ($($line:tt)*) => { $crate::render::line($crate::render::Place::Stderr, format_args!($($line)*)) };
}

/// Place of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Stdout,
    Stderr,
}

/// Prints one line.
pub(crate) fn line(place: Place, line: fmt::Arguments<'_>) {
    let line = format!("{}\n", visible(&line.to_string()));
    match place {
        Place::Stdout => write(line.as_bytes()),
        // There is nowhere left to tell of it.
        Place::Stderr => drop(io::stderr().lock().write_all(line.as_bytes())),
    }
}

/// Prints lines of our own on stdout.
pub(crate) fn lines(text: &str) {
    text.lines().for_each(|line| say!("{line}"));
}

/// Prints bytes of our own on stdout.
pub(crate) fn write(bytes: &[u8]) {
    let mut stdout = io::stdout().lock();
    if let Err(error) = stdout.write_all(bytes).and_then(|()| stdout.flush())
        && error.kind() != ErrorKind::BrokenPipe
    {
        // The first one counts; what is lost after it is lost by the same cause.
        let _ = LOST.set(error.to_string());
    }
}

/// Error by which output was lost. A reader who has seen enough, as `head`, is none.
static LOST: OnceLock<String> = OnceLock::new();

/// The failure if not all of stdout could be written.
pub(crate) fn lost() -> Option<Failure> {
    LOST.get().map(|error| Failure::run(anyhow::anyhow!("the output could not be written: {error}")))
}

/// Prints pretty JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<(), Failure> {
    write_json(serde_json::to_string_pretty(value).map_err(Failure::run)?);
    Ok(())
}

/// Prints one JSON object on one line.
pub(crate) fn json_line(value: &impl Serialize) -> Result<(), Failure> {
    write_json(serde_json::to_string(value).map_err(Failure::run)?);
    Ok(())
}

fn write_json(json: String) {
    write(format!("{}\n", plain_json(json)).as_bytes());
}

/// JSON with what a terminal would obey in JSON's own notation: programs read the same.
pub(crate) fn plain_json(json: String) -> String {
    let is_to_be_written_out = |character: char| character != '\n' && is_unseen(character);
    if !json.contains(is_to_be_written_out) {
        return json;
    }
    let mut plain = String::with_capacity(json.len() + 8);
    for character in json.chars() {
        if is_to_be_written_out(character) {
            character.encode_utf16(&mut [0; 2]).iter().for_each(|unit| plain += &format!("\\u{unit:04x}"));
        } else {
            plain.push(character);
        }
    }
    plain
}

/// A table of texts; where a terminal is too narrow for its rows, each becomes a paragraph.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns.
    pub fn new(columns: &[&str]) -> Self {
        Self { columns: columns.iter().map(|one| (*one).to_owned()).collect(), rows: Vec::new() }
    }

    /// Adds a row, with a text for each column.
    pub fn row(&mut self, cells: impl IntoIterator<Item = impl AsRef<str>>) {
        self.rows.push(cells.into_iter().map(|cell| visible(cell.as_ref()).into_owned()).collect());
    }

    /// Prints it on stdout.
    pub fn print(&self) {
        lines(&self.text(comfy_table::Table::new().width()));
    }

    /// Its text for a terminal of `width` columns; `None` where there is none.
    fn text(&self, width: Option<u16>) -> String {
        let mut table = comfy_table::Table::new();
        table.set_content_arrangement(ContentArrangement::Disabled).set_header(&self.columns);
        for row in &self.rows {
            table.add_row(row);
        }
        let widest = table.lines().next().map_or(0, |line| line.chars().count());
        match width.map(usize::from) {
            Some(width) if widest > width => self.paragraphs(width),
            _ => table.to_string(),
        }
    }

    /// Each row with its first cell as the heading and the others beneath it, none of which is cut in two.
    fn paragraphs(&self, width: usize) -> String {
        let mut text = String::new();
        for row in &self.rows {
            let mut cells = self.columns.iter().zip(row).filter(|(_, cell)| !cell.is_empty());
            let Some((_, heading)) = cells.next() else { continue };
            text += heading;
            text.push('\n');
            let mut line = String::new();
            for (column, cell) in cells {
                let part = format!("{column} {cell}");
                if !line.is_empty() && line.chars().count() + part.chars().count() + 4 > width {
                    text += &format!("  {line},\n");
                    line.clear();
                }
                line += &if line.is_empty() { part } else { format!(", {part}") };
            }
            text += &if line.is_empty() { String::new() } else { format!("  {line}\n") };
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs() -> Table {
        let mut table = Table::new(&["run", "account", "by", "status", "took"]);
        table.row([
            "019aa5f0-0000-7000-8000-000000000001",
            "main",
            "robin on a host, process 4711",
            "success",
            "",
        ]);
        table.row(["019aa5f0-0000-7000-8000-000000000002", "a\n\u{1b}[2J", "", "failed", "2s"]);
        table
    }

    #[test]
    fn a_row_that_is_wider_than_the_terminal_is_a_paragraph_whose_words_stay_whole() {
        let narrow = runs().text(Some(60));
        let expected = "019aa5f0-0000-7000-8000-000000000001\n  account main, by robin on a host, process 4711,\n  \
                        status success\n019aa5f0-0000-7000-8000-000000000002\n  account a␊␛[2J, status failed, took 2s\n";
        assert_eq!(narrow, expected);
        assert!(narrow.lines().all(|line| line.chars().count() <= 60), "{narrow}");
        for wide in [runs().text(Some(200)), runs().text(None)] {
            assert_eq!(wide.lines().count(), 7, "one line for each row, and the borders: {wide}");
            assert!(wide.contains("| a␊␛[2J "), "{wide}");
        }
    }

    #[test]
    fn json_reads_the_same_and_commands_no_terminal() {
        let text = "\u{9b}2J \u{202e}\u{7f}\u{e0001} \u{1b}\n é";
        let json = plain_json(serde_json::to_string_pretty(&[text]).expect("JSON"));
        assert!(!json.chars().any(|one| one != '\n' && is_unseen(one)), "{json:?}");
        assert_eq!(serde_json::from_str::<[String; 1]>(&json).expect("JSON"), [text]);
    }
}
