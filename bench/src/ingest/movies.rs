//! Invented movies as providers send them, from one seed: records similar in shape and size to real ones, each with an
//! id of fixed width, so that an object's size is known before it is generated.

use std::fmt::Write as _;

/// Number of different texts; they repeat after that, with other ids.
const TEXTS: u64 = 4_096;

const SYLLABLES: &[&str] = &[
    "ka", "ro", "mi", "ten", "lu", "sha", "ver", "don", "el", "ni", "gra", "tho", "bel", "ri", "san", "mor",
    "ash", "wick", "ford", "land", "ber", "cor", "dal", "fen", "gil", "hart", "is", "jo", "lor", "mar",
];
const SHORT: &[&str] =
    &["the", "of", "a", "and", "in", "to", "is", "his", "her", "with", "for", "on", "by", "when"];
const GENRES: &[&str] = &[
    "Drama",
    "Comedy",
    "Action",
    "Thriller",
    "Western",
    "Romance",
    "Horror",
    "Science Fiction",
    "Crime",
    "Family",
];

/// Format of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Lines,
    Array,
}

/// Texts of records, after the id.
pub(crate) struct Texts(Vec<String>);

impl Texts {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        Self((0..TEXTS).map(|_| text(&mut random)).collect())
    }

    fn of(&self, number: u64) -> &str {
        let at = usize::try_from(number % TEXTS).unwrap_or_default();
        self.0.get(at).map_or("", String::as_str)
    }

    /// Adds a record to a body.
    pub(crate) fn record(&self, number: u64, shape: Shape, into: &mut Vec<u8>) {
        if shape == Shape::Array {
            into.extend_from_slice(if number == 0 { b"[" } else { b"," });
        }
        into.extend_from_slice(b"{\"id\":\"");
        into.extend_from_slice(format!("{number:012}").as_bytes());
        into.extend_from_slice(self.of(number).as_bytes());
        into.push(b'\n');
    }

    /// Records of an object of about so many bytes.
    pub(crate) fn fit(&self, bytes: u64) -> u64 {
        (bytes / (self.size(TEXTS, Shape::Lines) / TEXTS)).max(1)
    }

    /// Size of an object of so many records.
    pub(crate) fn size(&self, records: u64, shape: Shape) -> u64 {
        let around = "{\"id\":\"000000000000\n".len() as u64 + u64::from(shape == Shape::Array);
        let texts: u64 = (0..records.min(TEXTS))
            .map(|number| {
                let times = records / TEXTS + u64::from(number < records % TEXTS);
                times * self.of(number).len() as u64
            })
            .sum();
        texts + records * around + u64::from(shape == Shape::Array)
    }
}

fn name(random: &mut fastrand::Rng) -> String {
    let mut name = String::new();
    for _ in 0..random.usize(2..4) {
        name.push_str(random.choice(SYLLABLES).copied().unwrap_or_default());
    }
    name
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The text after the id, to the end of the record.
fn text(random: &mut fastrand::Rng) -> String {
    let title: Vec<String> = (0..random.usize(1..5)).map(|_| capital(&name(random))).collect();
    let cast: Vec<String> = (0..random.usize(2..9))
        .map(|_| format!("\"{} {}\"", capital(&name(random)), capital(&name(random))))
        .collect();
    let genres: Vec<String> = (0..random.usize(1..4))
        .map(|_| format!("\"{}\"", random.choice(GENRES).copied().unwrap_or_default()))
        .collect();
    let mut summary = String::new();
    for _ in 0..random.usize(30..90) {
        let word = if random.u8(..3) == 0 {
            random.choice(SHORT).copied().unwrap_or_default().to_owned()
        } else {
            name(random)
        };
        let _ = write!(summary, "{word} ");
    }
    let title = title.join(" ");
    format!(
        "\",\"title\":\"{title}\",\"year\":{},\"cast\":[{}],\"genres\":[{}],\"href\":\"{}\",\"extract\":\"{}\",\
         \"thumbnail\":\"https://images.example/{}.jpg\",\"thumbnail_width\":220,\"thumbnail_height\":326}}",
        random.u32(1900..2025),
        cast.join(","),
        genres.join(","),
        title.replace(' ', "_"),
        summary.trim(),
        name(random),
    )
}
