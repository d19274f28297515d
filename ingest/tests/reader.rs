//! The record reader: every format gives the same records, every bad input one refusal, nothing a panic.
#![allow(clippy::unwrap_used, reason = "a test may panic where its own ground gives way")]

use std::io::{self, Read, Write};

use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use serde_json::{Value, json};
use wikimovie_domain::{Refusal, RefusalReason};
use wikimovie_ingest::{
    MovieReader, RawRecord, RecordReader,
    document::Origin,
    limits::{MAX_DEPTH, MAX_RECORD_BYTES},
};

fn read_as(content: &[u8], name: &str) -> Vec<Result<RawRecord, Refusal>> {
    RecordReader::new(content, name).collect()
}

/// What was read, in short: titles, and reasons with line and record.
fn outline(content: impl AsRef<[u8]>) -> Vec<String> {
    read_as(content.as_ref(), "movies").into_iter().map(in_short).collect()
}

fn in_short(record: Result<RawRecord, Refusal>) -> String {
    match record {
        Ok(record) => record.fields.get("title").and_then(Value::as_str).unwrap_or("?").to_owned(),
        Err(refusal) => format!("{:?}@{}#{}", refusal.reason, refusal.line, refusal.record),
    }
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn every_fault_is_told_and_the_rest_lands() {
    let long = "x".repeat(MAX_RECORD_BYTES);
    let deep = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
    let abyss = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let cases: Vec<(&str, String, &[&str])> = vec![
        ("nothing", String::new(), &[]),
        ("blank", " \n\n".into(), &[]),
        ("byte order mark", "\u{feff}[{\"title\":\"a\"}]".into(), &["a"]),
        ("only a byte order mark", "\u{feff}".into(), &[]),
        ("empty array", "[]".into(), &[]),
        ("unknown", "<html></html>".into(), &["UnknownFormat@1#1"]),
        // Arrays.
        (
            "elements of other kinds",
            r#"[{"title":"a"},7,"b",null,[1],{"title":"c"}]"#.into(),
            &["a", "WrongType@1#2", "WrongType@1#3", "WrongType@1#4", "WrongType@1#5", "c"],
        ),
        (
            "bad value",
            "[\n{\"title\":\"a\"},\n{\"title\":oops},\n{\"title\":\"c\"}\n]".into(),
            &["a", "Unreadable@3#2", "c"],
        ),
        (
            "text not closed, indented",
            "[\n{\n\"title\": \"a,\n\"year\": 1\n},\n{\"title\":\"c\"}]".into(),
            &["Unreadable@2#1", "c"],
        ),
        (
            "text not closed, compact",
            r#"[{"title":"a},{"title":"b"},{"title":"c"}]"#.into(),
            &["Unreadable@1#1", "b", "c"],
        ),
        ("comma left out", r#"[{"title":"a" "year":1},{"title":"b"}]"#.into(), &["Unreadable@1#1", "b"]),
        ("wrong bracket", r#"[{"title":["a"},{"title":"b"}]"#.into(), &["Unreadable@1#1", "b"]),
        (
            "brackets and quotes in texts",
            r#"[{"title":"},{\"[\\"},{"title":"b"}]"#.into(),
            &["},{\"[\\", "b"],
        ),
        ("comma at the end", r#"[{"title":"a"},]"#.into(), &["a"]),
        ("array not closed", r#"[{"title":"a"}"#.into(), &["a", "Truncated@1#2"]),
        ("only opened", "[".into(), &["Truncated@1#1"]),
        ("cut in a record", "[{\"title\":\"a\"},\n{\"titl".into(), &["a", "Truncated@2#2"]),
        ("text behind", r#"[{"title":"a"}] tail"#.into(), &["a", "Unreadable@1#2"]),
        ("arrays in a row", r#"[{"title":"a"}][{"title":"b"}]"#.into(), &["a", "b"]),
        ("too large", format!(r#"[{{"title":"{long}"}},{{"title":"b"}}]"#), &["TooLarge@1#1", "b"]),
        ("too deep", format!(r#"[{{"x":{deep}}},{{"title":"b"}}]"#), &["TooLarge@1#1", "b"]),
        ("an abyss", format!(r#"[{{"x":{abyss}}},{{"title":"b"}}]"#), &["TooLarge@1#1", "b"]),
        // Lines.
        (
            "bad line",
            "{\"title\":\"a\"}\nnonsense\n\n{\"title\":\"c\"}\r\n".into(),
            &["a", "Unreadable@2#2", "c"],
        ),
        ("cut line", "{\"title\":\"a\"}\n{\"title\":\"b".into(), &["a", "Truncated@2#2"]),
        ("line too large", format!("{{\"title\":\"{long}\"}}\n{{\"title\":\"b\"}}"), &["TooLarge@1#1", "b"]),
        ("line too deep", format!("{{\"x\":{abyss}}}\n{{\"title\":\"b\"}}"), &["TooLarge@1#1", "b"]),
        ("line of another kind", "{\"title\":\"a\"}\n[1]\n".into(), &["a", "WrongType@2#2"]),
        ("indented objects", "{\n\"title\":\"a\"\n}\n{\n\"title\":\"b\"\n}\n".into(), &["a", "b"]),
        ("one indented object cut", "{\n\"title\":\"a\"".into(), &["Truncated@1#1"]),
        // Nested records.
        ("in a list", r#"{"page":1,"results":[{"title":"a"},{"title":"b"}],"pages":3}"#.into(), &["a", "b"]),
        ("in a list, indented", "{\n\"movies\": [\n{\"title\":\"a\"}\n]\n}\n".into(), &["a"]),
        (
            "pages",
            "{\"page\":1,\"results\":[{\"title\":\"a\"}],\"of\":2}\n{\"results\":[]}\n\
             {\"page\":2}\n{\"results\":[{\"title\":\"b\"}]}\n"
                .into(),
            &["a", "b"],
        ),
        (
            "pages in an array",
            r#"[{"page":1,"results":[{"title":"a"}]},{"page":{"n":2},"results":[{"title":"b"}]}]"#.into(),
            &["a", "b"],
        ),
        (
            "deep",
            r#"{"head":{"vars":["a"]},"results":{"bindings":[{"title":"a"}],"x":[]},"y":1}"#.into(),
            &["a"],
        ),
        ("by id", r#"{"tt1":{"title":"a"},"tt2":{"title":"b"}}"#.into(), &["a", "b"]),
        ("by id, in an object", r#"{"n":2,"movies":{"tt1":{"title":"a"}},"x":{}}"#.into(), &["a"]),
        (
            "a bad record in a list",
            r#"{"results":[{"title":oops},7,{"title":"c"}],"page":1}"#.into(),
            &["Unreadable@1#1", "WrongType@1#2", "c"],
        ),
        (
            "a bad record by id",
            r#"{"tt1":{"title":"a"},"tt2":{"title":"b" "x":1},"tt3":{"title":"c"},"tt4":5}"#.into(),
            &["a", "Unreadable@1#2", "c", "WrongType@1#4"],
        ),
        ("a list cut", r#"{"results":[{"title":"a"},{"tit"#.into(), &["a", "Truncated@1#2"]),
        ("cut behind a list", r#"{"results":[{"title":"a"}],"pag"#.into(), &["a", "Truncated@1#2"]),
        ("a record with a list of records", r#"{"title":"a","movies":[{"title":"b"}]}"#.into(), &["a"]),
        (
            "a list too large",
            format!(r#"{{"results":[{{"title":"{long}"}},{{"title":"b"}}],"x":"{long}"}}"#),
            &["TooLarge@1#1", "b"],
        ),
        // CSV.
        ("tabs", "title\tyear\na, b\t1\n".into(), &["a, b"]),
        ("semicolons", "\"title\";\"year\"\n\"a; b\";1\n".into(), &["a; b"]),
        ("bars", "year|title\n1|a,b\n".into(), &["a,b"]),
        ("colons", "year::title\n1::a:b\n".into(), &["a:b"]),
        ("a line that names the separator", "sep=;\r\ntitle;year\r\na,b;1\r\n".into(), &["a,b"]),
        ("a separator of its own", "sep=^\ntitle^year\na,b^1\n".into(), &["a,b"]),
        ("csv", "title,year\r\na,1\r\n\r\n\"b, \"\"c\"\"\nd\",2\r\n".into(), &["a", "b, \"c\"\nd"]),
        ("csv without rows", "title,year\n".into(), &[]),
        ("csv too few fields", "title,year\na\nb,2\n".into(), &["Unreadable@2#1", "b"]),
        ("csv too many fields", "title,year\na,1,x\nb,2\n".into(), &["Unreadable@2#1", "b"]),
        ("csv cut", "title,year\na,1\nb".into(), &["a", "Truncated@3#2"]),
        ("csv cut in quotes", "title,year\na,1\n\"b".into(), &["a", "Truncated@3#2"]),
        ("csv quote not closed", "title,year\n\"a,1\nb,2\nc,3\n".into(), &["Unreadable@2#1", "b", "c"]),
        ("csv quote in a field", "title,year\n5\" disk,1\nb,2\n".into(), &["5\" disk", "b"]),
        ("csv line too large", format!("title,year\n{long}{long},1\nb,2\n"), &["TooLarge@2#1", "b"]),
        ("csv field twice", "title,title\na,b\n".into(), &["Invalid@1#0"]),
    ];
    for (name, content, expected) in cases {
        assert_eq!(outline(&content), expected, "{name}");
        assert_eq!(outline(gzip(content.as_bytes())), expected, "{name}, packed");
    }
}

#[test]
fn text_that_is_not_utf8_costs_its_record_only() {
    assert_eq!(outline(b"[{\"title\":\"\xff\"},{\"title\":\"b\"}]"), ["Unreadable@1#1", "b"]);
    assert_eq!(outline(b"{\"title\":\"\xff\"}\n{\"title\":\"b\"}\n"), ["Unreadable@1#1", "b"]);
    assert_eq!(outline(b"title\n\xff\nb\n"), ["Unreadable@2#1", "b"]);
    assert_eq!(outline(b"[\0{\0\"\0t\0"), ["UnknownFormat@1#1"]);
    for content in [b"title\nCaf\xe9\n".as_slice(), b"[{\"title\":\"Caf\xe9\"}]"] {
        let refusal = read_as(content, "m").remove(0).expect_err("it is refused");
        assert!(refusal.message.contains("save the file as UTF-8"), "{}", refusal.message);
    }
}

#[test]
fn utf_16_is_read_by_its_byte_order_mark() {
    let little = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let big = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_be_bytes).collect() };
    let long: String = (0..60_000).map(|n| format!("Café {n} 😀\t1999\r\n")).collect();
    for text in ["[{\"title\":\"Amélie\"}]", "{\"title\":\"Amélie\"}\n", "title\tyear\nAmélie\t2001\n"] {
        for content in [little(&format!("\u{feff}{text}")), big(&format!("\u{feff}{text}"))] {
            assert_eq!(outline(&content), ["Amélie"]);
            assert_eq!(outline(gzip(&content)), ["Amélie"]);
            let slowly: Vec<_> = RecordReader::new(Slow(&content, 1), "m").map(in_short).collect();
            assert_eq!(slowly, ["Amélie"]);
        }
    }
    let read = outline(little(&format!("\u{feff}title\tyear\r\n{long}")));
    assert_eq!((read.len(), read[59_999].as_str()), (60_000, "Café 59999 😀"));
    let mut reader = RecordReader::new(b"\xff\xfet\0i\0t\0l\0e\0\n\0a\0".as_slice(), "m");
    assert!(reader.next().is_some());
    assert_eq!((reader.encoding(), reader.format()), ("UTF-16LE", "CSV separated by commas"));
    assert_eq!(outline(b"\xfd7zXZ\0...."), ["UnknownFormat@1#1"]);
}

#[test]
fn a_csv_without_a_title_fails_as_a_whole() {
    let records = read_as(b"label,year\na,1\n", "movies.csv");
    let [Err(refusal)] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!((refusal.reason, refusal.field.as_deref()), (RefusalReason::Missing, Some("title")));
    let message = r#"the header names no field title; separated by commas, its fields are "label", "year": if the title has another name, say so in _mapping.json"#;
    assert!(refusal.message.starts_with(message), "{}", refusal.message);
}

#[test]
fn a_wide_header_costs_one_look() {
    let header = |columns: usize| {
        let names: Vec<String> = (0..columns).map(|column| format!("c{column}")).collect();
        format!("title,{}\nAlien{}\n", names.join(","), ",".repeat(columns))
    };
    let refusal =
        |content: String| read_as(content.as_bytes(), "movies.csv").remove(0).expect_err("it is refused");
    assert_eq!(outline(header(999)), ["Alien"]);
    let started = std::time::Instant::now();
    let wide = refusal(header(100_000));
    assert_eq!(wide.reason, RefusalReason::TooLarge);
    assert!(wide.message.contains("100001 fields, more than 1000"), "{}", wide.message);
    assert!(started.elapsed().as_secs() < 2, "{:?}", started.elapsed());
    let twice = refusal("title,a,b,a\nAlien,1,2,3\n".to_owned());
    assert!(twice.message.contains("names the field a twice"), "{}", twice.message);
}

#[test]
fn a_broken_gzip_ends_with_one_refusal_and_keeps_the_rest() {
    let lines: String =
        (0..40_000).map(|n| format!("{{\"title\":\"movie {n} {}\"}}\n", n * 7919 % 1_000)).collect();
    let mut packed = gzip(lines.as_bytes());
    packed.truncate(packed.len() / 2);
    let records = outline(&packed);
    let (last, good) = records.split_last().unwrap();
    assert!(last.starts_with("Truncated@"), "{last}");
    assert!(good.len() > 5_000 && good.iter().all(|title| title.starts_with("movie ")));
    assert_eq!(*last, format!("Truncated@{0}#{0}", good.len() + 1));

    let array = format!("[{}]", lines.trim_end().replace('\n', ","));
    let mut packed = gzip(array.as_bytes());
    let middle = packed.len() / 2;
    packed[middle..].fill(0xff);
    let records = outline(&packed);
    assert_eq!(records.iter().filter(|record| record.contains('@')).count(), 1);
    assert!(records.len() > 5_000);
}

#[test]
fn members_of_a_gzip_are_one_text() {
    let mut packed = gzip(b"{\"title\":\"a\"}\n{\"tit");
    packed.extend(gzip(b"le\":\"b\"}\n"));
    assert_eq!(outline(&packed), ["a", "b"]);
    let many: Vec<u8> =
        (0..1_000).flat_map(|n| gzip(format!("{{\"title\":\"m{n}\"}}\n").as_bytes())).collect();
    assert_eq!(outline(&many).len(), 1_000);
    // What follows the last member is no movie, and is told.
    packed.extend(b"junk");
    let told = outline(&packed);
    assert_eq!(&told[..2], ["a", "b"]);
    assert!(told.len() == 3 && told[2].starts_with("Truncated@"), "{told:?}");
}

#[test]
fn zstd_is_unpacked_within_bounds() {
    let frame = |text: &str| zstd::encode_all(text.as_bytes(), 3).unwrap();
    let two = [frame("{\"title\":\"a\"}\n{\"tit"), frame("le\":\"b\"}\n")].concat();
    assert_eq!(outline(&two), ["a", "b"]);
    let cut = outline(&two[..two.len() - 4]);
    assert!(cut[0] == "a" && cut[1].starts_with("Truncated@"), "{cut:?}");
    // A window of 2 GiB is not made room for.
    let wide = outline([&[0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3][..], &[0; 64]].concat());
    assert!(wide.len() == 1 && wide[0].contains('@'), "{wide:?}");
    // Packed twice is unpacked once, and said to be what it is.
    let twice = outline(gzip(&gzip(b"{\"title\":\"a\"}\n")));
    assert!(twice.len() == 1 && twice[0].starts_with("UnknownFormat@"), "{twice:?}");
}

#[test]
fn a_bomb_is_stopped() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(b"[{\"title\":\"a\"},\"").unwrap();
    for _ in 0..100 {
        encoder.write_all(&[b' '; 1 << 20]).unwrap();
    }
    let packed = encoder.finish().unwrap();
    assert!(packed.len() < 200 * 1024);
    let records = outline(&packed);
    assert_eq!(records[0], "a");
    assert!(records[1].starts_with("TooLarge@") && records.len() == 2, "{records:?}");
}

/// Objects made to be read again and again must not cost more than a few times their length.
#[test]
fn hostile_objects_take_linear_time() {
    let started = std::time::Instant::now();
    let nested = format!("[{}\"\n", "{\"a\":[{},".repeat(300_000));
    let quotes = format!("title\n{}", "\"\n".repeat(300_000) + "\"");
    let open = format!("title\n{}", "\",\n".repeat(300_001));
    for content in [nested, quotes, open] {
        RecordReader::new(content.as_bytes(), "x").for_each(drop);
    }
    assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
}

#[test]
fn lines_and_places_are_where_a_person_looks() {
    let places = |content: &str| -> Vec<(u64, u64, u64)> {
        read_as(content.as_bytes(), "m").into_iter().flatten().map(|r| (r.line, r.record, r.place)).collect()
    };
    assert_eq!(places("[\n{},\n\n{}\n]"), [(2, 1, 1), (4, 2, 2)]);
    assert_eq!(places("{}\n\n{}\n"), [(1, 1, 1), (3, 2, 3)]);
    assert_eq!(places("title\na\n\"b\nc\"\nd\n"), [(2, 1, 2), (3, 2, 3), (5, 3, 5)]);
}

#[test]
fn a_failing_store_is_no_refusal() {
    struct Failing(&'static [u8]);
    impl Read for Failing {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() { Err(io::Error::other("gone")) } else { self.0.read(into) }
        }
    }
    for content in ["", "[{\"title\":\"a\"},{\"ti", "{\"title\":\"a\"}\n{\"ti", "title\na\nb"] {
        let mut reader = RecordReader::new(Failing(content.as_bytes()), "m");
        assert!(reader.by_ref().all(|record| record.is_ok()), "{content}");
        assert_eq!(reader.take_failure().unwrap().to_string(), "gone");
    }
}

/// Hands out a few bytes at a time.
struct Slow<'a>(&'a [u8], usize);

impl Read for Slow<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.1.min(into.len()).min(self.0.len());
        self.0.read(&mut into[..count])
    }
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Z ,\"\\\\{}\\[\\]']{1,20}", "\\PC{1,12}", "[a-z]{1,3}\n[a-z]{1,3}"]
        .prop_map(|text| format!("x{}", text.replace('|', "/")))
}

#[derive(Clone, Debug)]
struct Sample {
    id: Option<String>,
    title: String,
    year: Option<u16>,
    cast: Vec<String>,
    summary: Option<String>,
}

fn any_sample() -> impl Strategy<Value = Sample> {
    (
        proptest::option::of("[a-z0-9-]{1,12}"),
        any_text(),
        proptest::option::of(1870_u16..=2100),
        proptest::collection::vec(any_text(), 0..4),
        proptest::option::of(any_text()),
    )
        .prop_map(|(id, title, year, cast, summary)| Sample { id, title, year, cast, summary })
}

impl Sample {
    fn json(&self) -> Value {
        json!({"id": self.id, "title": self.title, "year": self.year, "cast": self.cast, "summary": self.summary})
    }

    fn csv(&self) -> Vec<String> {
        let year = self.year.map(|year| year.to_string()).unwrap_or_default();
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        vec![text(&self.id), self.title.clone(), year, self.cast.join("|"), text(&self.summary)]
    }
}

/// What is told of a movie, without its place.
fn movies(content: &[u8], name: &str) -> Vec<String> {
    let origin = Origin { provider: "p".into(), object: "o".into(), generation: 1 };
    MovieReader::new(content, Origin { object: name.to_owned(), ..origin })
        .map(|movie| match movie {
            Ok(mut movie) => {
                movie.provenance.record = 0;
                movie.provenance.object.clear();
                serde_json::to_string(&movie).unwrap()
            }
            Err(refusal) => format!("{:?} {}", refusal.reason, refusal.message),
        })
        .collect()
}

proptest! {
    #[test]
    fn formats_agree(samples in proptest::collection::vec(any_sample(), 1..8)) {
        let records: Vec<Value> = samples.iter().map(Sample::json).collect();
        let array = serde_json::to_vec(&records).unwrap();
        let indented = serde_json::to_vec_pretty(&records).unwrap();
        let lines = records.iter().map(|record| format!("{record}\n")).collect::<String>();
        let nested = json!({"page": 1, "results": records, "pages": {"of": 1}}).to_string();
        let table = |separator: u8| {
            let mut csv = csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
            csv.write_record(["id", "title", "year", "cast", "summary"]).unwrap();
            samples.iter().for_each(|sample| csv.write_record(sample.csv()).unwrap());
            csv.into_inner().unwrap()
        };
        let (csv, tabs, semicolons) = (table(b','), table(b'\t'), table(b';'));
        let wide: Vec<u8> = format!("\u{feff}{nested}").encode_utf16().flat_map(u16::to_le_bytes).collect();

        let expected = movies(&array, "a");
        prop_assert_eq!(expected.len(), samples.len());
        let contents = [
            ("indented", &indented),
            ("lines", &lines.into_bytes()),
            ("nested", &nested.into_bytes()),
            ("wide", &wide),
            ("csv", &csv),
            ("tabs", &tabs),
            ("semicolons", &semicolons),
        ];
        for (name, content) in contents {
            prop_assert_eq!(&movies(content, name), &expected, "{}", name);
            prop_assert_eq!(&movies(&gzip(content), name), &expected, "{} packed", name);
        }
    }

    #[test]
    fn chunks_do_not_matter(
        samples in proptest::collection::vec(any_sample(), 1..6), chunk in 1_usize..40,
        cut in any::<prop::sample::Index>(), flip in any::<prop::sample::Index>(), byte in any::<u8>(), form in 0..6,
    ) {
        let records: Vec<String> = samples.iter().map(|sample| sample.json().to_string()).collect();
        let mut content = match form {
            0 => format!("[{}]", records.join(",")),
            1 => records.join("\n"),
            2 => format!("{{\"of\":1,\"movies\":[{}],\"x\":{{\"y\":2}}}}", records.join(",")),
            3 => format!("{{{}}}", records.iter().map(|r| format!("\"k\":{r}")).collect::<Vec<_>>().join(",")),
            4 => samples.iter().map(|s| format!("1::{:?} (1999)::x\n", s.title)).collect(),
            _ => format!("title,year\n{}", samples.iter().map(|s| format!("{:?},1\n", s.title)).collect::<String>()),
        }
        .into_bytes();
        let at = flip.index(content.len());
        content[at] = byte;
        content.truncate(cut.index(content.len()) + 1);
        let at_once = read_as(&content, "m");
        let slowly: Vec<_> = RecordReader::new(Slow(&content, chunk), "m").collect();
        prop_assert_eq!(slowly, at_once);
    }

    #[test]
    fn a_cut_array_keeps_what_is_whole(
        samples in proptest::collection::vec(any_sample(), 1..6), cut in any::<prop::sample::Index>(),
    ) {
        let records: Vec<String> = samples.iter().map(|sample| sample.json().to_string()).collect();
        let content = format!("[{}]", records.join(",")).into_bytes();
        let cut = cut.index(content.len());
        let mut end = 0;
        let whole = records.iter().filter(|record| { end += record.len() + 1; end <= cut }).count();
        let read = read_as(&content[..cut], "m");
        prop_assert_eq!(read.iter().filter(|record| record.is_ok()).count(), whole);
        prop_assert_eq!(read.len(), whole + usize::from(cut > 0));
        if let Some(Err(refusal)) = read.last() {
            prop_assert_eq!(refusal.reason, RefusalReason::Truncated);
        }
    }

    #[test]
    fn random_bytes_never_panic(
        head in prop::sample::select(vec![
            "", "[", "{", "{\n", "title\n", "\u{1f}", "[{\"", "title,a\n\"", "{\"results\":[{\"title\":1},",
            "{\"a\":{\"title\":\"\"},", "sep=;\ntitle;a\n", "1::a (1999)::", "title\tgenre_ids\n[{'a': ",
        ]),
        bytes in proptest::collection::vec(
            prop_oneof![any::<u8>(), prop::sample::select(b"[]{},:\"\\\n\r ,a1".to_vec())], 0..300),
    ) {
        let content = [head.as_bytes(), &bytes].concat();
        for content in [content.clone(), gzip(&content), [b"\x1f\x8b\x08\0".as_slice(), &content].concat()] {
            movies(&content, "m.csv");
            let read = read_as(&content, "m.json");
            prop_assert!(read.len() <= content.len() + 1);
        }
    }
}
