//! The way in: unpacks, finds the format, and hands out records and refusals.

use std::{
    io::{self, BufReader, Cursor, Read},
    sync::Arc,
};

use encoding_rs_io::DecodeReaderBytesBuilder;
use flate2::bufread::MultiGzDecoder;
use wikimovie_domain::{Refusal, RefusalReason};

use super::{
    RawRecord,
    csv_rows::CsvRows,
    json_elements::JsonElements,
    json_lines::JsonLines,
    meter::{Bounded, Gauges, Metered},
    window::Window,
};
use crate::{
    detect::sniff_by,
    format::{BOM, Format, Packing, Sniffed},
    limits::MAX_ZSTD_WINDOW_LOG,
    mapping::Mapping,
    shape::ShapeHints,
};

/// First bytes shown to [`sniff_by`], no more and no less: enough for any header line and many rows.
const SNIFF_BYTES: usize = 64 * 1024;

/// Name of the encoding of most files.
const UTF_8: &str = "UTF-8";

/// Records of one object, one after the other. Ends after the last record, or after one refusal that says why the
/// rest cannot be read. Where the store itself fails it just ends, see [`RecordReader::take_failure`].
///
/// ```
/// use wikimovie_ingest::RecordReader;
/// let mut records = RecordReader::new(r#"[{"title":"M"}, 7]"#.as_bytes(), "movies.json");
/// assert_eq!(records.next().unwrap().unwrap().fields["title"], "M");
/// assert_eq!(records.next().unwrap().unwrap_err().record, 2);
/// assert!(records.next().is_none());
/// ```
pub struct RecordReader<'a> {
    gauges: Gauges,
    state: State<'a>,
    format: String,
    encoding: &'static str,
    is_foreign: bool,
    hints: ShapeHints,
    mapping: Option<Arc<Mapping>>,
    any_header: bool,
}

type Text<'a> = Window<Box<dyn Read + Send + 'a>>;

enum State<'a> {
    /// Nothing read yet.
    Closed(Option<Box<dyn Read + Send + 'a>>, String),
    Open(Text<'a>, Rows),
    Over,
}

enum Rows {
    Elements(JsonElements),
    Lines(JsonLines),
    Csv(CsvRows),
}

impl<'a> RecordReader<'a> {
    /// Prepares to read an object; `name` is its key or file name. Nothing is read before the first record is
    /// asked for.
    pub fn new(source: impl Read + Send + 'a, name: &str) -> Self {
        let gauges = Gauges::default();
        let metered = Metered { source, gauges: gauges.clone() };
        Self {
            gauges,
            state: State::Closed(Some(Box::new(metered)), name.to_owned()),
            format: String::new(),
            encoding: UTF_8,
            is_foreign: false,
            hints: ShapeHints::default(),
            mapping: None,
            any_header: false,
        }
    }

    /// Reads by a provider's mapping.
    #[must_use]
    pub(crate) fn by(self, mapping: Option<Arc<Mapping>>) -> Self {
        Self { mapping, ..self }
    }

    /// Reads records that need not be movies.
    #[must_use]
    pub(crate) fn of_anything(self) -> Self {
        Self { any_header: true, ..self }
    }

    /// What the format is, once a record was asked for; empty where it is none.
    pub fn format(&self) -> &str {
        &self.format
    }

    /// What the encoding is, as far as was read.
    pub fn encoding(&self) -> &'static str {
        self.encoding
    }

    /// Whether a header or record so far was not UTF-8, and no other encoding is known.
    pub(crate) fn is_foreign(&self) -> bool {
        self.is_foreign
    }

    /// What tells the shape of the records, once one was asked for.
    pub fn shape_hints(&self) -> ShapeHints {
        self.hints.clone()
    }

    /// Bytes that the store delivered so far, before unpacking.
    pub fn bytes(&self) -> u64 {
        self.gauges.bytes()
    }

    /// Why the store stopped delivering, if it did; told once. Content that ends early is no such failure.
    pub fn take_failure(&self) -> Option<io::Error> {
        self.gauges.take_failure()
    }

    /// The gauge of [`RecordReader::bytes`], to be read from another thread.
    pub(crate) fn gauges(&self) -> Gauges {
        self.gauges.clone()
    }

    fn open(&mut self, mut source: Box<dyn Read + Send + 'a>, name: &str) -> Result<State<'a>, Refusal> {
        let mut head = [0; Packing::MAGIC_BYTES];
        let count = read_fully(&mut source, &mut head).unwrap_or_default();
        let head = &head[..count];
        let whole = Cursor::new(head.to_vec()).chain(source);
        let plain: Box<dyn Read + Send + 'a> = match Packing::of(head) {
            Ok(Packing::Plain) => Box::new(whole),
            Ok(Packing::Gzip) => Box::new(Bounded {
                source: MultiGzDecoder::new(BufReader::with_capacity(64 * 1024, whole)),
                gauges: self.gauges.clone(),
                inflated: 0,
            }),
            Ok(Packing::Zstd) => Box::new(Bounded {
                source: unzstd(BufReader::with_capacity(64 * 1024, whole))
                    .map_err(|error| unknown(&format!("zstd cannot be decompressed: {error}")))?,
                gauges: self.gauges.clone(),
                inflated: 0,
            }),
            Err(packing) => {
                let reason = format!(
                    "the compression {packing} is not supported: deliver the file plain, or packed with gzip or zstd"
                );
                return Err(unknown(&reason));
            }
        };
        let mut text = Window::new(plain);
        text.want(BOM.len());
        let mut is_marked = text.view().starts_with(BOM);
        if is_marked {
            text.advance(BOM.len());
        }
        for encoding in [encoding_rs::UTF_16LE, encoding_rs::UTF_16BE] {
            let mark: &[u8] = if encoding == encoding_rs::UTF_16LE { b"\xff\xfe" } else { b"\xfe\xff" };
            if text.view().starts_with(mark) {
                text.advance(mark.len());
                self.encoding = encoding.name();
                text = Window::new(decoded(text, encoding));
                is_marked = true;
                break;
            }
        }
        let said = self.mapping.as_ref().and_then(|mapping| mapping.encoding());
        // A mark says more than the mapping of all files.
        if let Some(encoding) = said.filter(|&encoding| !is_marked && encoding != encoding_rs::UTF_8) {
            self.encoding = encoding.name();
            text = Window::new(decoded(text, encoding));
        }
        text.want(SNIFF_BYTES);
        let head = &text.view()[..text.view().len().min(SNIFF_BYTES)];
        let format = match sniff_by(head, name, self.mapping.as_deref(), self.any_header) {
            Sniffed::Format(format) => format,
            // Blank so far: lines read on to whatever follows, or to nothing.
            Sniffed::Empty => Format::Ndjson,
            Sniffed::Unknown(reason) => return Err(unknown(&reason)),
        };
        self.format = format.describe();
        let rows = match format {
            Format::JsonArray => Rows::Elements(JsonElements::in_array()),
            Format::JsonObjects => Rows::Elements(JsonElements::bare()),
            Format::Nested(path) => {
                self.hints.steps.clone_from(&path.steps);
                Rows::Elements(JsonElements::nested(path))
            }
            Format::Csv(layout) => Rows::Csv(CsvRows::new(layout).guessing_names(self.any_header)),
            Format::Ndjson => Rows::Lines(JsonLines::default()),
        };
        Ok(State::Open(text, rows))
    }

    /// The refusal that ends a stream which broke, unless the store is to blame.
    fn ending(&self, text: &Text<'a>, seen: u64) -> Option<Refusal> {
        let failure = text.failure()?;
        if self.gauges.has_failed() {
            return None;
        }
        let (reason, message) = if failure.kind() == io::ErrorKind::FileTooLarge {
            (RefusalReason::TooLarge, format!("the object {failure}"))
        } else {
            (RefusalReason::Truncated, format!("the object cannot be decompressed from here on: {failure}"))
        };
        Some(Refusal { line: text.line(), record: seen + 1, field: None, reason, message })
    }
}

impl Iterator for RecordReader<'_> {
    type Item = Result<RawRecord, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        if let State::Closed(source, name) = &mut self.state {
            let (source, name) = (source.take()?, std::mem::take(name));
            self.state = match self.open(source, &name) {
                Ok(state) => state,
                Err(refusal) => {
                    self.state = State::Over;
                    return Some(Err(refusal));
                }
            };
        }
        let State::Open(text, rows) = &mut self.state else { return None };
        let (next, seen) = match rows {
            Rows::Elements(elements) => (elements.next(text), elements.seen()),
            Rows::Lines(lines) => (lines.next(text), lines.seen()),
            Rows::Csv(rows) => {
                let next = (rows.next(text), rows.seen());
                if self.hints.header.is_none()
                    && let Some(header) = rows.header()
                {
                    let barred =
                        rows.layout().barred.iter().filter_map(|&column| header.get(column).cloned());
                    self.hints.barred = barred.collect();
                    self.hints.header = Some(header.to_vec());
                }
                if rows.recoded() {
                    self.encoding = encoding_rs::WINDOWS_1252.name();
                }
                next
            }
        };
        self.is_foreign |= match rows {
            Rows::Elements(elements) => elements.is_foreign(),
            Rows::Lines(lines) => lines.is_foreign(),
            Rows::Csv(rows) => rows.is_foreign(),
        };
        if next.is_some() {
            return next;
        }
        let State::Open(text, _) = std::mem::replace(&mut self.state, State::Over) else { return None };
        self.ending(&text, seen).map(Err)
    }
}

/// A text of another encoding, in UTF-8; what its encoding does not allow is U+FFFD.
fn decoded<'a>(text: Text<'a>, encoding: &'static encoding_rs::Encoding) -> Box<dyn Read + Send + 'a> {
    let mut builder = DecodeReaderBytesBuilder::new();
    Box::new(builder.encoding(Some(encoding)).bom_sniffing(false).build(text.into_reader()))
}

/// Unpacks every frame, in bounded memory: a frame that asks for a larger window ends the object.
fn unzstd<'a>(packed: impl io::BufRead + Send + 'a) -> io::Result<impl Read + Send + 'a> {
    let mut unpacked = zstd::stream::read::Decoder::with_buffer(packed)?;
    unpacked.window_log_max(MAX_ZSTD_WINDOW_LOG)?;
    Ok(unpacked)
}

fn unknown(reason: &str) -> Refusal {
    let message = format!("unknown format: {reason}");
    Refusal { line: 1, record: 1, field: None, reason: RefusalReason::UnknownFormat, message }
}

/// Reads until the buffer is full or the source ends.
fn read_fully(source: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    let mut count = 0;
    while count < into.len() {
        match source.read(&mut into[count..]) {
            Ok(0) => break,
            Ok(more) => count += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}
