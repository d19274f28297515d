//! Cursors: a position in the list of a question, and the plan that the list was made by.
//!
//! What a typed word may mean depends on the catalogue's words, and those differ between a page and the next one
//! asked later, or of another replica. So a cursor of a question with text carries its plan, packed (RFC 1951):
//! the next page is read by the same clauses and weights as the first, by whoever is asked, and nothing need be
//! remembered in between.

use std::io::{Read, Write};

use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use wikimovie_domain::Question;
use wikimovie_plan::Plan;

use crate::{
    error::SearchError,
    token::{Purpose, Sealer, TokenError},
};

/// Longest plan carried, in packed bytes. Texts that need more are read by the words of the day on every page.
const MAX_PACKED_BYTES: usize = 16 * 1024;
/// Longest plan unpacked: a bound on work, far above what fits.
const MAX_PLAN_BYTES: u64 = 16 * 1024 * 1024;

/// The position of a movie in a list: its sort values and its order key (title key, NUL, id), which no other has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SortKey {
    /// Score.
    #[serde(rename = "s", default, skip_serializing_if = "is_zero")]
    pub score: u32,
    /// Prior.
    #[serde(rename = "p")]
    pub prior: u16,
    /// Year, 0 where there is none.
    #[serde(rename = "y")]
    pub year: u16,
    /// Order key.
    #[serde(rename = "o")]
    pub order: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_zero(value: &u32) -> bool {
    *value == 0
}

/// A cursor, opened.
#[derive(Debug)]
pub struct Cursor {
    /// Where the page starts.
    pub sort_key: SortKey,
    /// Where one was carried.
    pub plan: Option<Plan>,
}

#[derive(Serialize, Deserialize)]
struct Head {
    /// Hash of the question.
    q: u64,
    #[serde(flatten)]
    sort_key: SortKey,
}

/// Makes the cursors of one question.
#[derive(Debug)]
pub struct Cursors<'a> {
    sealer: &'a Sealer,
    question: u64,
    packed: Vec<u8>,
}

impl<'a> Cursors<'a> {
    /// Cursors of a question read by this plan.
    pub fn new(sealer: &'a Sealer, question: &Question, plan: &Plan) -> Self {
        let packed = if question.text.is_empty() { None } else { pack(plan) };
        Self { sealer, question: hash(question), packed: packed.unwrap_or_default() }
    }

    /// The token of a position.
    pub fn seal(&self, sort_key: SortKey) -> String {
        let head = serde_json::to_vec(&Head { q: self.question, sort_key }).unwrap_or_default();
        let length = u32::try_from(head.len()).unwrap_or(u32::MAX).to_be_bytes();
        self.sealer.seal_bytes(Purpose::Cursor, &[&length, head.as_slice(), &self.packed].concat())
    }
}

/// Opens a token of this question.
///
/// # Errors
/// [`SearchError::BadCursor`].
pub fn open(sealer: &Sealer, question: &Question, token: &str) -> Result<Cursor, SearchError> {
    let bytes = sealer.open_bytes(Purpose::Cursor, token).map_err(SearchError::BadCursor)?;
    let (head, packed) = parts(&bytes).ok_or(SearchError::BadCursor(TokenError::OtherVersion))?;
    if head.q != hash(question) {
        return Err(SearchError::BadCursor(TokenError::OtherQuestion));
    }
    let plan = if packed.is_empty() {
        None
    } else {
        Some(unpack(packed).ok_or(SearchError::BadCursor(TokenError::OtherVersion))?)
    };
    Ok(Cursor { sort_key: head.sort_key, plan })
}

fn parts(bytes: &[u8]) -> Option<(Head, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (head, packed) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    Some((serde_json::from_slice(head).ok()?, packed))
}

fn pack(plan: &Plan) -> Option<Vec<u8>> {
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::fast());
    let json = serde_json::to_vec(plan).ok()?;
    packer.write_all(&json).ok()?;
    packer.finish().ok().filter(|packed| packed.len() <= MAX_PACKED_BYTES)
}

fn unpack(packed: &[u8]) -> Option<Plan> {
    let mut json = Vec::new();
    DeflateDecoder::new(packed).take(MAX_PLAN_BYTES).read_to_end(&mut json).ok()?;
    serde_json::from_slice(&json).ok()
}

/// What binds a cursor to its question: the first 64 bits of SHA-256 over its canonical JSON.
pub fn hash(question: &Question) -> u64 {
    let digest = Sha256::digest(serde_json::to_vec(question).unwrap_or_default());
    let first: [u8; 8] = std::array::from_fn(|place| digest[place]);
    u64::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wikimovie_plan::{compile::compile, vocabulary::Vocabulary};

    fn sort_key() -> SortKey {
        SortKey { score: 8_000_123, prior: 1023, year: 1972, order: "godfather\0test:1".into() }
    }

    #[test]
    fn a_cursor_carries_the_plan_of_its_question() {
        let sealer = Sealer::new(b"secret");
        let question = Question { text: "the godfather".into(), ..Question::default() };
        let plan = compile(&question, &Vocabulary::default()).plan;
        let token = Cursors::new(&sealer, &question, &plan).seal(sort_key());
        let cursor = open(&sealer, &question, &token).unwrap();
        assert_eq!((cursor.sort_key, cursor.plan), (sort_key(), Some(plan)));
        let other = Question { text: "the godfathers".into(), ..Question::default() };
        assert!(matches!(
            open(&sealer, &other, &token),
            Err(SearchError::BadCursor(TokenError::OtherQuestion))
        ));
    }

    #[test]
    fn a_question_without_text_needs_no_plan() {
        let sealer = Sealer::new(b"secret");
        let question = Question::default();
        let plan = compile(&question, &Vocabulary::default()).plan;
        let token = Cursors::new(&sealer, &question, &plan).seal(sort_key());
        assert!(token.len() < 150, "{token}");
        assert!(open(&sealer, &question, &token).unwrap().plan.is_none());
    }
}
