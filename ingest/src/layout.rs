//! How the rows of a CSV file are made: what separates the fields, whether quotes count, and where the header is.

pub use crate::separator::Separator;
use crate::{mapping::RowNames, shape::names};

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
    pub(crate) titles: TitleColumns,
}

/// Which columns of a header are titles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum TitleColumns {
    /// Those that are named so.
    #[default]
    Known,
    /// Those that the mapping names.
    Mapped(RowNames),
    /// None need be.
    Any,
}

impl TitleColumns {
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
    pub(crate) fn new(separator: Separator) -> Self {
        Self {
            separator,
            quotes: separator != Separator::Colons,
            lines_before: 0,
            columns: None,
            barred: Vec::new(),
            windows_1252: false,
            titles: TitleColumns::Known,
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

    /// A reader of rows with this separator.
    pub(crate) fn builder(&self, separator: u8) -> csv::ReaderBuilder {
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
