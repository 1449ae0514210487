//! The table on which people decide, as CSV.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::Context;
use latchel_sync_core::engine::{AdoptDecision, Proposal};
use latchel_sync_core::model::Kind;
use latchel_sync_core::words::{inert, not_inert};

use crate::exit::Failure;

const COLUMNS: [&str; 7] =
    ["kind", "platform_id", "label", "latchel_id", "latchel_reference", "evidence", "decision"];

/// Makes the file. One that is there may hold decisions, and stays.
pub(super) fn create(path: &Path) -> Result<File, Failure> {
    File::create_new(path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::usage(format!("{} is there already", path.display()))
            .hint("name another file; with `--apply` it is read"),
        _ => Failure::run(anyhow::Error::new(error).context(format!("cannot write {}", path.display()))),
    })
}

/// Writes the proposals, with a line of column names.
pub(super) fn write(file: File, pairs: &[Proposal]) -> Result<(), Failure> {
    fill(csv::Writer::from_writer(file), pairs).context("cannot write the table").map_err(Failure::run)
}

fn fill(mut writer: csv::Writer<File>, pairs: &[Proposal]) -> anyhow::Result<()> {
    writer.write_record(COLUMNS)?;
    for pair in pairs {
        let latchel_id = pair.latchel_id.to_string();
        let fields = [
            pair.kind.as_str(),
            &pair.platform_id,
            &pair.label,
            &latchel_id,
            pair.latchel_reference.as_deref().unwrap_or_default(),
            &pair.evidence,
            pair.decision.as_str(),
        ];
        writer.write_record(fields.map(|field| inert(field).into_owned()))?;
    }
    Ok(writer.flush()?)
}

/// Decisions of a table.
#[derive(Debug)]
pub(super) struct Decisions {
    /// The rows that say `link`; the others are undecided.
    pub rows: Vec<Proposal>,
    /// Rows that say `link` and cannot be understood, a sentence each.
    pub unreadable: Vec<String>,
}

/// Reads a table that [`write`] wrote, as people and spreadsheets leave it: with other separators, a byte order mark, columns
/// in another order or left out.
pub(super) fn read(path: &Path) -> Result<Decisions, Failure> {
    let text = std::fs::read(path)
        .with_context(|| format!("cannot read {}", path.display()))
        .map_err(Failure::run)?;
    parse(&String::from_utf8_lossy(&text))
}

fn parse(text: &str) -> Result<Decisions, Failure> {
    let text = text.trim_start_matches('\u{feff}');
    let head = text.lines().next().unwrap_or_default();
    let separator = [b',', b';', b'\t'].into_iter().max_by_key(|one| {
        let count = head.bytes().filter(|byte| byte == one).count();
        // Of equally many, the comma.
        (count, *one == b',')
    });
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator.unwrap_or(b','))
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let names =
        reader.headers().context("the table has no line of column names").map_err(Failure::run)?.clone();
    let column = |name: &str| {
        names.iter().position(|one| one.eq_ignore_ascii_case(name)).ok_or_else(|| {
            Failure::usage(format!("the table has no column {name:?}"))
                .hint(format!("`latchel-sync adopt --csv FILE` writes one: {}", COLUMNS.join(", ")))
        })
    };
    let (kind, platform_id, latchel_id, decision) =
        (column("kind")?, column("platform_id")?, column("latchel_id")?, column("decision")?);
    let mut decisions = Decisions { rows: Vec::new(), unreadable: Vec::new() };
    for (number, record) in reader.records().enumerate() {
        let record = record.context("the table cannot be read").map_err(Failure::run)?;
        let field = |index: usize| not_inert(record.get(index).unwrap_or_default());
        let is_decided = field(decision).eq_ignore_ascii_case(AdoptDecision::Link.as_str());
        let decision = if is_decided { AdoptDecision::Link } else { AdoptDecision::Undecided };
        match (Kind::from_name(field(kind)), field(latchel_id).parse::<i64>(), field(platform_id)) {
            (Some(kind), Ok(latchel_id), platform_id) if !platform_id.is_empty() => {
                decisions.rows.push(Proposal {
                    kind,
                    platform_id: platform_id.to_owned(),
                    label: String::new(),
                    latchel_id,
                    latchel_reference: None,
                    evidence: String::new(),
                    decision,
                });
            }
            _ if is_decided => {
                let why = "`kind` is property, resident or work-order, `latchel_id` a number, `platform_id` not empty";
                decisions.unreadable.push(format!("row {}: {why}", number + 2));
            }
            _ => {}
        }
    }
    Ok(decisions)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(kind: Kind, platform_id: &str, label: &str, decision: AdoptDecision) -> Proposal {
        Proposal {
            kind,
            platform_id: platform_id.to_owned(),
            label: label.to_owned(),
            latchel_id: 7,
            latchel_reference: Some("@1".to_owned()),
            evidence: "the \"only\" ones, here".to_owned(),
            decision,
        }
    }

    #[test]
    fn a_table_is_inert_in_spreadsheets_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pairs.csv");
        let pairs = [
            pair(Kind::Property, "12/34", "=cmd()", AdoptDecision::Link),
            pair(Kind::WorkOrder, "-9", "#1 Tap, kitchen\nand bath", AdoptDecision::Link),
            pair(Kind::Resident, "R1@12", "", AdoptDecision::Undecided),
        ];
        write(create(&path).unwrap(), &pairs).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("kind,platform_id,label,latchel_id,latchel_reference,evidence,decision\n"));
        assert!(text.contains("property,12/34,'=cmd(),7,'@1,"), "{text}");
        assert!(text.contains("work-order,'-9,"), "{text}");

        let read = read(&path).unwrap();
        let told = |row: &Proposal| (row.kind, row.platform_id.clone(), row.latchel_id, row.decision);
        assert_eq!(
            read.rows.iter().map(told).collect::<Vec<_>>(),
            pairs.iter().map(told).collect::<Vec<_>>()
        );
        assert!(read.unreadable.is_empty());
        assert!(create(&path).is_err(), "decisions are not written over");
    }

    #[test]
    fn a_table_from_a_spreadsheet_is_read_and_its_odd_rows_are_told() {
        let text = "\u{feff}Decision;kind;latchel_id;platform_id\r\nLINK ;property;7;12\r\nlink;house;7;12\r\n\
                    link;property;7.0E5;13\r\n;house;;\r\nno;property;8;14\r\n";
        let read = parse(text).unwrap();
        let told: Vec<_> = read.rows.iter().map(|row| (row.latchel_id, row.decision)).collect();
        assert_eq!(told, [(7, AdoptDecision::Link), (8, AdoptDecision::Undecided)]);
        assert!(read.unreadable.len() == 2 && read.unreadable[0].starts_with("row 3:"), "{read:?}");
        assert!(parse("kind,platform_id,latchel_id\n").is_err());
    }
}
