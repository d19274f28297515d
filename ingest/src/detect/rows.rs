//! Finds out how the rows of a CSV file are made, from its first bytes.

use crate::{
    layout::{CsvLayout, TitleColumns},
    limits::MAX_COLUMNS,
    mapping::Mapping,
    separator::Separator,
    shape::{
        Preset,
        names::{self, MovieField},
        presets::{HEADERLESS, LETTERBOXD_LIST},
        values,
    },
};

/// Rows looked at to find out how lists are divided.
const SAMPLE_ROWS: usize = 200;

/// What is known of rows beside their text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RowHints<'m> {
    /// Whether the object has the name of a CSV file.
    pub(crate) has_csv_name: bool,
    /// Whether rows are wanted that need not be movies.
    pub(crate) any_header: bool,
    /// What the provider says.
    pub(crate) mapping: Option<&'m Mapping>,
}

/// Finds the layout of rows; `None` where no column is a title and nothing else says that it is CSV.
pub(crate) fn csv_layout(head: &[u8], hints: RowHints<'_>) -> Option<CsvLayout> {
    let RowHints { has_csv_name, any_header, mapping } = hints;
    let start = head.iter().position(|byte| !matches!(byte, b'\n' | b'\r')).unwrap_or(head.len());
    let text = &head[start..];
    let (found_before, separator) = preamble(text);
    let lines_before = mapping.and_then(Mapping::lines_before).unwrap_or(found_before);
    let separator = mapping.and_then(Mapping::separator).or(separator);
    let titles = match mapping.and_then(Mapping::title_names) {
        _ if any_header => TitleColumns::Any,
        Some(mapped) => TitleColumns::Mapped(mapped),
        None => TitleColumns::Known,
    };
    let quotes = mapping.and_then(Mapping::quotes);
    let rows = after_lines(text, lines_before);
    let line = first_line(rows);
    let candidates: Vec<Separator> =
        separator.map_or(Separator::CANDIDATES.to_vec(), |separator| vec![separator]);
    let layout_of = |separator| {
        let layout = CsvLayout { lines_before, titles: titles.clone(), ..CsvLayout::new(separator) };
        CsvLayout { quotes: quotes.unwrap_or(layout.quotes), ..layout }
    };
    if let Some(columns) = mapping.and_then(Mapping::columns) {
        let fits = |separator: &&Separator| {
            layout_of(**separator).split(line).is_ok_and(|fields| fields.len() == columns.len())
        };
        let separator = candidates.iter().find(fits).or(candidates.first())?;
        return Some(CsvLayout { columns: Some(columns.to_vec()), ..layout_of(*separator) });
    }
    let mut best: Option<(Evidence, CsvLayout, Vec<String>)> = None;
    for separator in candidates {
        let layout = layout_of(separator);
        let names = written_names(&layout, line);
        let evidence = Evidence::of(&names, &titles);
        if best.as_ref().is_none_or(|(least, _, _)| evidence > *least) {
            best = Some((evidence, layout, names.iter().map(|name| names::normal(name)).collect()));
        }
    }
    let (evidence, mut layout, names) = best?;
    if !evidence.title || any_header {
        let known = if any_header { None } else { headerless(line) };
        return match known {
            Some(layout) => Some(layout),
            None => {
                (has_csv_name || any_header || separator.is_some() || mapping.is_some()).then_some(layout)
            }
        };
    }
    layout.quotes = quotes.unwrap_or(layout.quotes && Preset::of(&names).is_none_or(|preset| preset.quotes));
    layout.barred = barred(&layout, rows, &names);
    Some(layout)
}

/// How much speaks for a separator, the most telling first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Evidence {
    title: bool,
    known: usize,
    fields: usize,
}

impl Evidence {
    fn of(names: &[String], titles: &TitleColumns) -> Self {
        Self {
            title: titles.has_one(names.iter().map(String::as_str)),
            known: names.iter().filter(|name| names::is_known(&names::normal(name))).count(),
            fields: names.len(),
        }
    }
}

/// Lines before the header, and the separator that they name (`sep=;`, as spreadsheets write it).
fn preamble(text: &[u8]) -> (usize, Option<Separator>) {
    let line = first_line(text);
    let bare = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    if let Some(&[separator]) = bare.strip_prefix(b"sep=").or_else(|| bare.strip_prefix(b"SEP="))
        && separator.is_ascii()
        && !separator.is_ascii_alphanumeric()
        && separator != b'"'
    {
        return (1, Some(Separator::Byte(separator)));
    }
    if text.starts_with(LETTERBOXD_LIST) {
        let lines = text.split(|&byte| byte == b'\n');
        let header = lines.enumerate().find(|(_, line)| line.starts_with(b"Position,"));
        return (header.map_or(0, |(line, _)| line), None);
    }
    (0, None)
}

fn first_line(text: &[u8]) -> &[u8] {
    let line = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn after_lines(text: &[u8], lines: usize) -> &[u8] {
    let mut rest = text;
    for _ in 0..lines {
        let end = rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |at| at + 1);
        rest = &rest[end..];
    }
    rest
}

fn written_names(layout: &CsvLayout, line: &[u8]) -> Vec<String> {
    let fields = layout.split(line).unwrap_or_default();
    fields.iter().take(MAX_COLUMNS).map(|name| String::from_utf8_lossy(name).into_owned()).collect()
}

/// The layout of a known file without a header, by its first row.
fn headerless(line: &[u8]) -> Option<CsvLayout> {
    let line = String::from_utf8_lossy(line);
    let known = HEADERLESS.iter().find(|known| {
        let fields: Vec<&str> = line.split(known.separator).collect();
        fields.len() == known.columns.len()
            && !fields[0].is_empty()
            && fields[0].bytes().all(|byte| byte.is_ascii_digit())
            && values::title_and_year(fields[1]).is_some()
    })?;
    let separator = match known.separator.as_bytes() {
        [byte] => Separator::Byte(*byte),
        _ => Separator::Colons,
    };
    Some(CsvLayout {
        quotes: false,
        columns: Some(known.columns.iter().map(|&name| name.to_owned()).collect()),
        windows_1252: known.windows_1252,
        ..CsvLayout::new(separator)
    })
}

/// Columns of names or genres in which a `|` occurs.
fn barred(layout: &CsvLayout, rows: &[u8], names: &[String]) -> Vec<usize> {
    let Separator::Byte(separator) = layout.separator else { return Vec::new() };
    let is_list = |name: &String| {
        let mut lists = MovieField::ALL.into_iter().filter(|field| field.is_list());
        lists.any(|field| names::place_of(field, name).is_some())
    };
    let mut lists: Vec<usize> =
        names.iter().enumerate().filter(|(_, name)| is_list(name)).map(|(column, _)| column).collect();
    let mut reader = layout.builder(separator).from_reader(rows);
    let rows: Vec<csv::ByteRecord> =
        reader.byte_records().skip(1).take(SAMPLE_ROWS).map_while(Result::ok).collect();
    lists.retain(|&column| rows.iter().any(|row| row.get(column).is_some_and(|cell| cell.contains(&b'|'))));
    lists
}
