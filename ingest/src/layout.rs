//! How the rows of a CSV file are made, found out from its first bytes: what separates the fields, whether quotes
//! count, and where the header is.

use crate::{
    limits::MAX_COLUMNS,
    mapping::{Mapping, RowNames},
    shape::{
        Preset,
        names::{self, MovieField},
        presets::{HEADERLESS, LETTERBOXD_LIST},
        values,
    },
};

/// Rows looked at to find out how lists are divided.
const SAMPLE_ROWS: usize = 200;

/// What separates the fields of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Separator {
    /// One byte.
    Byte(u8),
    /// `::`
    Colons,
}

impl Separator {
    /// Those that are looked for; of equals the first counts.
    const CANDIDATES: [Self; 5] =
        [Self::Byte(b','), Self::Byte(b'\t'), Self::Byte(b';'), Self::Byte(b'|'), Self::Colons];

    /// What receipts call it.
    pub(crate) fn describe(self) -> String {
        match self {
            Self::Byte(b',') => "commas".to_owned(),
            Self::Byte(b'\t') => "tabs".to_owned(),
            Self::Byte(b';') => "semicolons".to_owned(),
            Self::Byte(b'|') => "bars".to_owned(),
            Self::Byte(other) => char::from(other).to_string(),
            Self::Colons => "::".to_owned(),
        }
    }
}

/// How the rows are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvLayout {
    /// What separates the fields.
    pub separator: Separator,
    /// Whether quotes may stand around a field.
    pub quotes: bool,
    /// Lines before the header.
    pub lines_before: usize,
    /// Names of the columns, where the file has no header.
    pub columns: Option<Vec<String>>,
    /// Columns with lists that are divided by `|`, from 0.
    pub barred: Vec<usize>,
    /// Whether what is not UTF-8 is Windows-1252.
    pub windows_1252: bool,
    /// Which columns are titles.
    pub(crate) titles: Titles,
}

/// Which columns of a header are titles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Titles {
    /// Those that are named so.
    #[default]
    Known,
    /// Those that the mapping names.
    Mapped(RowNames),
    /// None need be.
    Any,
}

impl Titles {
    /// Whether one of these columns is a title.
    pub(crate) fn has_one<'n>(&self, mut columns: impl Iterator<Item = &'n str>) -> bool {
        match self {
            Self::Known => columns.any(|name| names::is_title(&names::normal(name))),
            Self::Mapped(mapped) => mapped.has_one(columns),
            Self::Any => true,
        }
    }
}

impl CsvLayout {
    fn new(separator: Separator) -> Self {
        Self {
            separator,
            quotes: separator != Separator::Colons,
            lines_before: 0,
            columns: None,
            barred: Vec::new(),
            windows_1252: false,
            titles: Titles::Known,
        }
    }

    /// Splits a row.
    ///
    /// # Errors
    /// Where it is no row of CSV.
    pub(crate) fn split(&self, row: &[u8]) -> Result<csv::ByteRecord, csv::Error> {
        let Separator::Byte(separator) = self.separator else {
            let row = row.strip_suffix(b"\r").unwrap_or(row);
            return Ok(split_at_colons(row));
        };
        let mut record = csv::ByteRecord::new();
        self.builder(separator)
            .buffer_capacity(row.len().max(16))
            .from_reader(row)
            .read_byte_record(&mut record)?;
        Ok(record)
    }

    fn builder(&self, separator: u8) -> csv::ReaderBuilder {
        let mut builder = csv::ReaderBuilder::new();
        builder.has_headers(false).flexible(true).delimiter(separator).quoting(self.quotes);
        builder
    }
}

fn split_at_colons(row: &[u8]) -> csv::ByteRecord {
    let mut record = csv::ByteRecord::new();
    let mut start = 0;
    let mut at = 0;
    while at < row.len() {
        if row[at..].starts_with(b"::") {
            record.push_field(&row[start..at]);
            at += 2;
            start = at;
        } else {
            at += 1;
        }
    }
    record.push_field(&row[start..]);
    record
}

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
        _ if any_header => Titles::Any,
        Some(mapped) => Titles::Mapped(mapped),
        None => Titles::Known,
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
    fn of(names: &[String], titles: &Titles) -> Self {
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
