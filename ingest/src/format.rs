//! What an object is, told by its content: packed or plain by magic bytes, then JSON array, NDJSON or CSV by the
//! first bytes of text. The name is a hint only where content cannot tell (CSV without a `title` column).

/// How an object is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// gzip (RFC 1952), one member or several.
    Gzip,
    /// zstd (RFC 8878), one frame or several.
    Zstd,
}

impl Packing {
    /// Longest magic number asked.
    pub const MAGIC_BYTES: usize = 4;

    /// Tells by the first bytes; `Err` names a packing that is known but not read.
    ///
    /// # Errors
    /// The name of the packing.
    pub fn of(head: &[u8]) -> Result<Self, &'static str> {
        match head {
            [0x1f, 0x8b, ..] => Ok(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Ok(Self::Zstd),
            [b'P', b'K', 3, 4, ..] => Err("zip"),
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Err("bzip2"),
            [0xfd, b'7', b'z', b'X', ..] => Err("xz"),
            _ => Ok(Self::Plain),
        }
    }
}

/// How the records stand in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `[{…},{…}]`; several arrays one after the other are read as one.
    JsonArray,
    /// One JSON object a line.
    Ndjson,
    /// JSON objects one after the other, each over several lines.
    JsonObjects,
    /// Comma-separated values (RFC 4180), the first line names the fields.
    Csv,
}

/// What the first bytes of text say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sniffed {
    /// Nothing but white space.
    Empty,
    /// A format.
    Format(Format),
    /// None that we read; the reason completes "unknown format: ".
    Unknown(&'static str),
}

/// The byte order mark of UTF-8.
pub const BOM: &[u8] = b"\xef\xbb\xbf";

/// Tells the format by the first bytes of text (at least the first line, or some kilobytes of it), without a byte
/// order mark. `name` is the object's name.
pub fn sniff(head: &[u8], name: &str) -> Sniffed {
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return Sniffed::Unknown("text in UTF-16, where UTF-8 is expected");
    }
    let text = head.trim_ascii_start();
    let line = text.split(|&byte| byte == b'\n').next().unwrap_or_default().trim_ascii_end();
    match text.first() {
        None => Sniffed::Empty,
        Some(b'[') => Sniffed::Format(Format::JsonArray),
        // A brace alone on its line opens a record that goes on below; NDJSON never does that.
        Some(b'{') if line == b"{" => Sniffed::Format(Format::JsonObjects),
        Some(b'{') => Sniffed::Format(Format::Ndjson),
        Some(_) if names_a_title(line) || has_csv_name(name) => Sniffed::Format(Format::Csv),
        Some(b'<') => Sniffed::Unknown("it looks like HTML or XML"),
        Some(_) if text.contains(&0) => Sniffed::Unknown("it holds binary data"),
        Some(_) => Sniffed::Unknown("neither a JSON array, nor JSON lines, nor CSV with a title column"),
    }
}

/// Whether a line is the header of a CSV file: one of its fields is `title`.
fn names_a_title(line: &[u8]) -> bool {
    line.split(|&byte| byte == b',').any(|field| {
        let field = field.trim_ascii();
        let bare = field.strip_prefix(b"\"").and_then(|field| field.strip_suffix(b"\"")).unwrap_or(field);
        bare.trim_ascii().eq_ignore_ascii_case(b"title")
    })
}

fn has_csv_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let bare = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    bare.ends_with(".csv")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_is_detected_by_content() {
        let is = Sniffed::Format;
        let cases: &[(&[u8], &str, Sniffed)] = &[
            (b"", "a.json", Sniffed::Empty),
            (b" \n\t ", "a.csv", Sniffed::Empty),
            (b"[{\"title\":\"M\"}]", "a.csv", is(Format::JsonArray)),
            (b"\n  [", "a", is(Format::JsonArray)),
            (b"{\"title\":\"M\"}\n", "a.json", is(Format::Ndjson)),
            (b"{\n  \"title\": \"M\"\n}\n", "a.json", is(Format::JsonObjects)),
            (b"{\r\n  \"title\": \"M\"\n}\n", "a.json", is(Format::JsonObjects)),
            (b"id,Title,year\n", "a", is(Format::Csv)),
            (b"\"title\",\"year\"\r\n", "a", is(Format::Csv)),
            (b"name,when\n", "a.csv", is(Format::Csv)),
            (b"name,when\n", "A.CSV.GZ", is(Format::Csv)),
        ];
        for (head, name, expected) in cases {
            assert_eq!(sniff(head, name), *expected, "{:?}", String::from_utf8_lossy(head));
        }
        for head in ["<html>", "hello", "123", "\u{0}\u{1}", "subtitle,year"] {
            assert!(matches!(sniff(head.as_bytes(), "a"), Sniffed::Unknown(_)), "{head}");
        }
        assert!(matches!(sniff(b"\xff\xfe[\0", "a.json"), Sniffed::Unknown(_)));
    }

    #[test]
    fn the_compression_is_detected_by_magic_bytes() {
        assert_eq!(Packing::of(b"\x1f\x8b\x08\0"), Ok(Packing::Gzip));
        assert_eq!(Packing::of(b"[{}]"), Ok(Packing::Plain));
        assert_eq!(Packing::of(b""), Ok(Packing::Plain));
        assert_eq!(Packing::of(b"\x28\xb5\x2f\xfd"), Ok(Packing::Zstd));
        assert_eq!(Packing::of(b"PK\x03\x04"), Err("zip"));
    }
}
