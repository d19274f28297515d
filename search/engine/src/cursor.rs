//! Cursors: a position in the list of a question.
//!
//! A cursor names its question by a digest, the revision at which the list was read, and the sort key of a movie. It does
//! not carry how the question was read: whoever continues the list reads the question again. Where the revision moved on
//! meanwhile, the list continues in the order of today, and the answer says so. So a cursor has at most 200 characters,
//! whatever the text.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use wikimovie_domain::{Question, Warning};
use wikimovie_plan::rank::STANDING_BITS;

use crate::{
    error::SearchError,
    token::{Purpose, Sealer, TokenError},
};

/// Code of the warning for a page that continues a list of another revision.
pub const REVISION_CHANGED: &str = "REVISION_CHANGED";

/// Longest order key that a cursor holds in full, in bytes: version, key id, MAC, [`HEAD_BYTES`] and these make 200
/// characters of base64. Of a longer one the cursor holds the start, and a digest that finds the rest.
const MAX_ORDER_BYTES: usize = 103;
const DIGEST_BYTES: usize = 8;
/// Digest of the question, revision, score, standing, year, rating, and whether the order key is cut.
const HEAD_BYTES: usize = 8 + 8 + 4 + STANDING_BYTES + 2 + 2 + 1;
/// Bytes of a standing.
const STANDING_BYTES: usize = STANDING_BITS.div_ceil(u8::BITS) as usize;

/// The position of a movie in a list: its sort values and its order key (title key, NUL, id), which no other has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SortKey {
    /// Score.
    pub score: u32,
    /// Popularity and prior, see [`wikimovie_plan::rank::standing`].
    pub standing: u64,
    /// Year, 0 where there is none.
    pub year: u16,
    /// Mean rating, see [`wikimovie_plan::rank::rating`]; 0 where there is none.
    pub rating: u16,
    /// Order key.
    pub order: String,
}

/// A cursor, opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The revision at which the list was read.
    revision: u64,
    sort_key: SortKey,
    /// Digest of the order key, of which the sort key holds the start only.
    cut: Option<[u8; DIGEST_BYTES]>,
}

impl Cursor {
    /// The start of the order key, where the engine has to look the rest up.
    pub fn order_start(&self) -> Option<&str> {
        self.cut.map(|_| self.sort_key.order.as_str())
    }

    /// Where the page starts. `orders` are the order keys that begin with [`Self::order_start`]; where the movie is gone,
    /// the page starts at the place of that start.
    pub fn sort_key<'a>(self, orders: impl IntoIterator<Item = &'a str>) -> SortKey {
        let Self { sort_key, cut, .. } = self;
        let found = cut.and_then(|cut| orders.into_iter().find(|order| digest(order.as_bytes()) == cut));
        SortKey { order: found.map_or(sort_key.order, str::to_owned), ..sort_key }
    }

    /// A warning where the list was read at another revision than this.
    pub fn warning(&self, revision: u64) -> Option<Warning> {
        (self.revision != revision).then(|| Warning {
            code: REVISION_CHANGED,
            message: "the catalogue changed since the page before; the list continues in its new order"
                .to_owned(),
            argument: String::new(),
            value: String::new(),
            suggestions: Vec::new(),
        })
    }
}

/// Makes the cursors of one question.
#[derive(Debug)]
pub struct Cursors<'a> {
    sealer: &'a Sealer,
    question: u64,
    revision: u64,
}

impl<'a> Cursors<'a> {
    /// Cursors of a question whose list is read at a revision.
    pub fn new(sealer: &'a Sealer, question: &Question, revision: u64) -> Self {
        Self { sealer, question: hash(question), revision }
    }

    /// The token of a position.
    pub fn seal(&self, sort_key: &SortKey) -> String {
        let SortKey { score, standing, year, rating, order } = sort_key;
        let mut payload = Vec::with_capacity(HEAD_BYTES + MAX_ORDER_BYTES);
        payload.extend_from_slice(&self.question.to_be_bytes());
        payload.extend_from_slice(&self.revision.to_be_bytes());
        payload.extend_from_slice(&score.to_be_bytes());
        payload.extend_from_slice(&standing.to_be_bytes()[size_of::<u64>() - STANDING_BYTES..]);
        payload.extend_from_slice(&year.to_be_bytes());
        payload.extend_from_slice(&rating.to_be_bytes());
        let is_cut = order.len() > MAX_ORDER_BYTES;
        payload.push(u8::from(is_cut));
        if is_cut {
            payload.extend_from_slice(&digest(order.as_bytes()));
            let end = order.floor_char_boundary(MAX_ORDER_BYTES - DIGEST_BYTES);
            payload.extend_from_slice(&order.as_bytes()[..end]);
        } else {
            payload.extend_from_slice(order.as_bytes());
        }
        self.sealer.seal_bytes(Purpose::Cursor, &payload)
    }
}

/// Opens a token of this question.
///
/// # Errors
/// [`SearchError::BadCursor`].
pub fn open(sealer: &Sealer, question: &Question, token: &str) -> Result<Cursor, SearchError> {
    let bytes = sealer.open_bytes(Purpose::Cursor, token).map_err(SearchError::BadCursor)?;
    let (named, cursor) = read(&bytes).ok_or(SearchError::BadCursor(TokenError::OtherVersion))?;
    if named == hash(question) { Ok(cursor) } else { Err(SearchError::BadCursor(TokenError::OtherQuestion)) }
}

fn read(bytes: &[u8]) -> Option<(u64, Cursor)> {
    let (&question, rest) = bytes.split_first_chunk()?;
    let (&revision, rest) = rest.split_first_chunk()?;
    let (&score, rest) = rest.split_first_chunk()?;
    let (standing, rest) = rest.split_first_chunk::<STANDING_BYTES>()?;
    let (&year, rest) = rest.split_first_chunk()?;
    let (&rating, rest) = rest.split_first_chunk()?;
    let (&is_cut, mut rest) = rest.split_first()?;
    let mut cut = None;
    if is_cut != 0 {
        let (digest, order) = rest.split_first_chunk()?;
        (cut, rest) = (Some(*digest), order);
    }
    let order = str::from_utf8(rest).ok()?.to_owned();
    let sort_key = SortKey {
        score: u32::from_be_bytes(score),
        standing: standing.iter().fold(0, |standing, &byte| standing << 8 | u64::from(byte)),
        year: u16::from_be_bytes(year),
        rating: u16::from_be_bytes(rating),
        order,
    };
    Some((u64::from_be_bytes(question), Cursor { revision: u64::from_be_bytes(revision), sort_key, cut }))
}

/// What binds a cursor to its question: the first 64 bits of SHA-256 over its canonical JSON.
pub fn hash(question: &Question) -> u64 {
    u64::from_be_bytes(digest(&serde_json::to_vec(question).unwrap_or_default()))
}

/// The first 64 bits of SHA-256.
fn digest(bytes: &[u8]) -> [u8; DIGEST_BYTES] {
    let digest = Sha256::digest(bytes);
    std::array::from_fn(|place| digest[place])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sort_key(order: &str) -> SortKey {
        SortKey {
            score: 8_000_123,
            standing: (1 << STANDING_BITS) - 1,
            year: 1972,
            rating: 921,
            order: order.to_owned(),
        }
    }

    #[test]
    fn a_cursor_is_of_its_question() {
        let sealer = Sealer::new(b"secret");
        let question = Question { text: "the godfather".into(), ..Question::default() };
        let place = sort_key("godfather\0test:1");
        let token = Cursors::new(&sealer, &question, 7).seal(&place);
        let cursor = open(&sealer, &question, &token).unwrap();
        assert_eq!(cursor.order_start(), None);
        assert_eq!(cursor.warning(7), None);
        assert_eq!(cursor.warning(8).map(|warning| warning.code), Some(REVISION_CHANGED));
        assert_eq!(cursor.sort_key([]), place);
        let other = Question { text: "the godfathers".into(), ..Question::default() };
        assert!(matches!(
            open(&sealer, &other, &token),
            Err(SearchError::BadCursor(TokenError::OtherQuestion))
        ));
    }

    proptest! {
        #[test]
        fn a_cursor_is_short_and_leads_back(text in ".{0,400}", order in ".{0,300}", id in "[a-z:]{1,193}") {
            let sealer = Sealer::new(b"secret");
            let question = Question { text, ..Question::default() };
            let place = sort_key(&[order.as_str(), id.as_str()].join("\0"));
            let token = Cursors::new(&sealer, &question, u64::MAX).seal(&place);
            prop_assert!(token.len() <= 200, "{}", token.len());
            let cursor = open(&sealer, &question, &token).unwrap();
            let others = [format!("{}x", place.order), place.order.clone()];
            if let Some(start) = cursor.order_start() {
                prop_assert!(place.order.starts_with(start) && !start.is_empty());
            }
            prop_assert_eq!(cursor.sort_key(others.iter().map(String::as_str)), place);
        }
    }
}
