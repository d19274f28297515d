//! Records in a list within an object (`{"results": […]}`), or as values of one (`{"tt1": {…}}`): where they are is
//! found out from the start of the text, and gone to as the text streams by.

use std::io::Read;

use super::{
    scan::{Scan, Step},
    window::Window,
};
use crate::shape::names;

/// Names that lead to records where their values are lists of objects, in normal form.
const LISTS: [&str; 24] = [
    "bindings",
    "content",
    "data",
    "docs",
    "documents",
    "edges",
    "entries",
    "films",
    "hits",
    "items",
    "list",
    "movie",
    "movies",
    "nodes",
    "objects",
    "payload",
    "records",
    "response",
    "result",
    "results",
    "rows",
    "search",
    "titles",
    "value",
];

/// Most names on the way from the outermost object to the records.
const MAX_STEPS: usize = 4;

/// Longest name that is compared, in bytes as written.
const MAX_NAME_BYTES: usize = 1_024;

/// Where the records of an object are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordsPath {
    /// Names from the outermost object on.
    pub steps: Vec<String>,
    /// Whether they are the values of an object, as opposed to a list.
    pub by_id: bool,
}

/// Whether an object at the start of a text is a movie, leads to some, or neither.
enum Finding {
    Movie,
    Leads(RecordsPath),
    Nothing,
}

/// Finds where records are nested in the first object of a text, by its first bytes; `None` where that object is a
/// record, or nothing is known of it.
pub(crate) fn find(head: &[u8]) -> Option<RecordsPath> {
    let mut cursor = Cursor { bytes: head, at: 0 };
    cursor.skip_space();
    if cursor.peek() == Some(b'[') {
        cursor.at += 1;
        cursor.skip_space();
    }
    match cursor.object(0) {
        Finding::Leads(path) => Some(path),
        Finding::Movie | Finding::Nothing => None,
    }
}

/// Finds any list of objects in the first object of a text, whatever it is called; the first of the outermost.
pub(crate) fn find_list(head: &[u8]) -> Option<RecordsPath> {
    let mut cursor = Cursor { bytes: head, at: 0 };
    cursor.skip_space();
    (cursor.peek() == Some(b'{')).then(|| cursor.any_list(0))?
}

/// Whether names lead to an object rather than a list, as far as the first bytes of a text show.
pub(crate) fn leads_to_object(head: &[u8], steps: &[String]) -> bool {
    let mut cursor = Cursor { bytes: head, at: 0 };
    cursor.skip_space();
    if cursor.peek() == Some(b'[') {
        cursor.at += 1;
    }
    steps.iter().all(|step| cursor.enter(step).is_some()) && cursor.peek() == Some(b'{')
}

/// Reads JSON as far as it is at hand; whatever cannot be read ends it.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.skip_space();
        (self.peek() == Some(byte)).then(|| self.at += 1)
    }

    fn skip_value(&mut self) -> Option<()> {
        let mut length = 0;
        let ended = matches!(Scan::of_member().run(&self.bytes[self.at..], &mut length), Step::End);
        self.at += length;
        ended.then_some(())
    }

    /// The name of the next member, its value next; `None` at the end of the object.
    fn name(&mut self) -> Option<String> {
        self.skip_space();
        if self.peek() == Some(b',') {
            self.at += 1;
            self.skip_space();
        }
        if self.peek() != Some(b'"') {
            return None;
        }
        let start = self.at;
        self.skip_value()?;
        let name = serde_json::from_slice(&self.bytes[start..self.at]).ok()?;
        self.take(b':')?;
        self.skip_space();
        Some(name)
    }

    /// Goes to the value of a member of the object at hand.
    fn enter(&mut self, wanted: &str) -> Option<()> {
        self.take(b'{')?;
        while let Some(name) = self.name() {
            if name == wanted {
                return Some(());
            }
            self.skip_value()?;
        }
        None
    }

    fn any_list(&mut self, depth: usize) -> Option<RecordsPath> {
        self.take(b'{')?;
        let mut deeper = None;
        while let Some(name) = self.name() {
            let start = self.at;
            match self.peek() {
                Some(b'[') => {
                    self.at += 1;
                    self.skip_space();
                    if self.peek() == Some(b'{') {
                        return Some(RecordsPath { steps: vec![name], by_id: false });
                    }
                }
                Some(b'{') if deeper.is_none() && depth < MAX_STEPS => {
                    deeper = self.any_list(depth + 1).map(|mut path| {
                        path.steps.insert(0, name);
                        path
                    });
                }
                _ => {}
            }
            self.at = start;
            if self.skip_value().is_none() {
                break;
            }
        }
        deeper
    }

    fn object(&mut self, depth: usize) -> Finding {
        if self.take(b'{').is_none() {
            return Finding::Nothing;
        }
        let mut leads = None;
        let (mut members, mut movies) = (0_usize, 0_usize);
        while let Some(name) = self.name() {
            let mut is_movie = false;
            let plain = names::normal(&name);
            let start = self.at;
            match self.peek() {
                Some(b'"' | b'0'..=b'9') if names::is_plain_title(&plain) => return Finding::Movie,
                Some(b'[') if leads.is_none() && self.leads(&plain) => {
                    leads = Some(RecordsPath { steps: vec![name], by_id: false });
                }
                Some(b'{') if leads.is_none() && depth < MAX_STEPS => {
                    let is_list = LISTS.contains(&plain.as_str()) && depth + 1 < MAX_STEPS;
                    match (self.object(depth + 1), is_list) {
                        (Finding::Leads(mut path), true) => {
                            path.steps.insert(0, name);
                            leads = Some(path);
                        }
                        // What wraps a record is no id of it.
                        (Finding::Movie, false) => is_movie = !names::WRAPPERS.contains(&name.as_str()),
                        _ => {}
                    }
                }
                _ => {}
            }
            self.at = start;
            let is_whole = self.skip_value().is_some();
            // The first bytes may end before a title is seen.
            members += usize::from(is_whole || is_movie);
            movies += usize::from(is_movie);
            if !is_whole {
                break;
            }
        }
        match leads {
            Some(path) => Finding::Leads(path),
            None if members > 0 && members == movies => {
                Finding::Leads(RecordsPath { steps: Vec::new(), by_id: true })
            }
            None => Finding::Nothing,
        }
    }

    /// Whether the list at hand holds records: it is named so, or its first element is a movie.
    fn leads(&mut self, name: &str) -> bool {
        if self.take(b'[').is_none() {
            return false;
        }
        self.skip_space();
        match self.peek() {
            Some(b'{') if LISTS.contains(&name) => true,
            Some(b'{') => matches!(self.object(MAX_STEPS), Finding::Movie),
            Some(b']') => LISTS.contains(&name),
            _ => false,
        }
    }
}

/// What stopped the way to the records.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// The next byte is the first of the list's or object's content.
    Inside,
    /// The text ends, with everything closed or not.
    End { closed: bool },
    /// The text is no JSON, or not of the expected shape.
    Broken,
}

impl RecordsPath {
    /// Leaves the list or object just closed, and goes on to the next records.
    pub(crate) fn leave<R: Read>(&self, window: &mut Window<R>, gone: &mut u64) -> Arrival {
        if !self.steps.is_empty() && !skip(Scan::within(self.steps.len()), window, gone) {
            return Arrival::End { closed: false };
        }
        self.enter(window, gone)
    }

    /// Goes to the first record of the next object that has some.
    pub(crate) fn enter<R: Read>(&self, window: &mut Window<R>, gone: &mut u64) -> Arrival {
        'objects: loop {
            // Such objects may be in an array, or one after the other.
            match window.skip_space() {
                None => return Arrival::End { closed: true },
                Some(b'[' | b']' | b',') => {
                    advance(window, gone, 1);
                    continue;
                }
                Some(b'{') => advance(window, gone, 1),
                Some(_) => return Arrival::Broken,
            }
            for (depth, step) in self.steps.iter().enumerate() {
                let opener = match (depth + 1 == self.steps.len(), self.by_id) {
                    (true, false) => b'[',
                    _ => b'{',
                };
                match member(step, opener, window, gone) {
                    Member::Entered => {}
                    Member::Missing => {
                        if depth > 0 && !skip(Scan::within(depth), window, gone) {
                            return Arrival::End { closed: false };
                        }
                        continue 'objects;
                    }
                    Member::Cut => return Arrival::End { closed: false },
                    Member::Broken => return Arrival::Broken,
                }
            }
            return Arrival::Inside;
        }
    }
}

enum Member {
    /// Behind the opening bracket of its value.
    Entered,
    /// The object is over without it.
    Missing,
    Cut,
    Broken,
}

/// Goes to the member of this name whose value opens with this bracket.
fn member<R: Read>(wanted: &str, opener: u8, window: &mut Window<R>, gone: &mut u64) -> Member {
    loop {
        match window.skip_space() {
            None => return Member::Cut,
            Some(b',') => advance(window, gone, 1),
            Some(b'}') => {
                advance(window, gone, 1);
                return Member::Missing;
            }
            Some(b'"') => {
                let Some(name) = name(window, gone) else { return Member::Broken };
                match window.skip_space() {
                    None => return Member::Cut,
                    Some(byte) if byte == opener && name == wanted => {
                        advance(window, gone, 1);
                        return Member::Entered;
                    }
                    Some(_) if skip(Scan::of_member(), window, gone) => {}
                    Some(_) => return Member::Cut,
                }
            }
            Some(_) => return Member::Broken,
        }
    }
}

/// Takes the name of a member and its colon; `None` where there is none, or a very long one.
pub(crate) fn name<R: Read>(window: &mut Window<R>, gone: &mut u64) -> Option<String> {
    let mut length = 0;
    let mut scan = Scan::default();
    loop {
        match scan.run(window.view(), &mut length) {
            Step::End => break,
            Step::More if length <= MAX_NAME_BYTES && window.fill() => {}
            Step::More | Step::Broken(_) => return None,
        }
    }
    let name = serde_json::from_slice(&window.view()[..length]).ok()?;
    advance(window, gone, length);
    if window.skip_space() != Some(b':') {
        return None;
    }
    advance(window, gone, 1);
    Some(name)
}

/// Skips to the end of what is scanned; `false` where the text ends before, or breaks.
fn skip<R: Read>(mut scan: Scan, window: &mut Window<R>, gone: &mut u64) -> bool {
    loop {
        let mut at = 0;
        let step = scan.run(window.view(), &mut at);
        advance(window, gone, at);
        match step {
            Step::End => return true,
            Step::More if window.fill() => {}
            Step::More => return scan.is_word(),
            Step::Broken(_) => return false,
        }
    }
}

fn advance<R: Read>(window: &mut Window<R>, gone: &mut u64, count: usize) {
    *gone += count as u64;
    window.advance(count);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_found_in_objects() {
        let list = |steps: &[&str]| {
            Some(RecordsPath { steps: steps.iter().map(|&step| step.to_owned()).collect(), by_id: false })
        };
        let by_id = |steps: &[&str]| list(steps).map(|path| RecordsPath { by_id: true, ..path });
        let cases = [
            (r#"{"results":[{"title":"a"}]}"#, list(&["results"])),
            (r#"{"page":1,"results":[{"na"#, list(&["results"])),
            (r#"{"results":[]}"#, list(&["results"])),
            (r#"{"title":"a","results":[{"title":"b"}]}"#, None),
            (r#"{"similar":[{"title":"b"}],"title":"a"}"#, None),
            (r#"{"favourites":[{"Title":"b"}],"name":"mine"}"#, list(&["favourites"])),
            (r#"{"people":[{"name":"b"}]}"#, None),
            (r#"{"head":{"vars":["a"]},"results":{"bindings":[{}]}}"#, list(&["results", "bindings"])),
            (r#"{"hits":{"total":1,"hits":[{"_source":{}}]}}"#, list(&["hits", "hits"])),
            (r#"[{"page":1,"results":[{"#, list(&["results"])),
            (r#"{"tt1":{"title":"a"},"tt2":{"title":"b"}}"#, by_id(&[])),
            (r#"{"tt1":{"title":"a"},"tt2":{"tit"#, by_id(&[])),
            (r#"{"movies":{"tt1":{"title":"a"}}}"#, by_id(&["movies"])),
            (r#"{"rank":1,"movie":{"title":"a"}}"#, None),
            (r#"[{"_source":{"title":"a"}},{"_source":{"title":"b"}}]"#, None),
            (r#"{"movie":{"title":"a"}}"#, None),
            (r#"{"x":{"y":1}}"#, None),
            (r#"{"a":[1,"#, None),
            ("[7]", None),
            ("{\"a", None),
        ];
        for (text, expected) in cases {
            assert_eq!(find(text.as_bytes()), expected, "{text}");
        }
    }
}
