//! A sliding view on a stream: bytes are looked at, asked for, and let go; lines are counted on the way.

use std::io::{self, Cursor, Read};

/// Bytes asked of the stream at a time.
const CHUNK: usize = 64 * 1024;

/// The part of a stream that is looked at. It grows only while someone asks for more without letting go.
pub(crate) struct Window<R> {
    source: R,
    buffer: Vec<u8>,
    start: usize,
    line: u64,
    ended: bool,
    failure: Option<io::Error>,
}

impl<R: Read> Window<R> {
    pub(crate) fn new(source: R) -> Self {
        Self { source, buffer: Vec::new(), start: 0, line: 1, ended: false, failure: None }
    }

    /// What is at hand and not let go.
    pub(crate) fn view(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// Gets more of the stream; `false` when there is no more, see [`Window::failure`].
    pub(crate) fn fill(&mut self) -> bool {
        if self.ended {
            return false;
        }
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        let held = self.buffer.len();
        self.buffer.resize(held + CHUNK, 0);
        let count = loop {
            match self.source.read(&mut self.buffer[held..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        let count = count.unwrap_or_else(|error| {
            self.failure = Some(error);
            0
        });
        self.buffer.truncate(held + count);
        self.ended = count == 0;
        !self.ended
    }

    /// Lets go of the first bytes of the view.
    pub(crate) fn advance(&mut self, count: usize) {
        let gone = &self.buffer[self.start..self.start + count];
        self.line += gone.iter().filter(|&&byte| byte == b'\n').count() as u64;
        self.start += count;
    }

    /// Lets go of this byte where it is the next.
    pub(crate) fn skip_one(&mut self, byte: u8) {
        if self.view().first() == Some(&byte) {
            self.advance(1);
        }
    }

    /// The first byte that is no white space, all before it let go; `None` at the end.
    pub(crate) fn skip_space(&mut self) -> Option<u8> {
        loop {
            let view = self.view();
            match view.iter().position(|byte| !byte.is_ascii_whitespace()) {
                Some(at) => {
                    let found = view[at];
                    self.advance(at);
                    return Some(found);
                }
                None => {
                    self.advance(view.len());
                    if !self.fill() {
                        return None;
                    }
                }
            }
        }
    }

    /// The stream again, from the view's first byte on.
    pub(crate) fn into_reader(self) -> Rewound<R> {
        let mut head = Cursor::new(self.buffer);
        head.set_position(self.start as u64);
        Rewound { head, source: (!self.ended).then_some(self.source), failure: self.failure }
    }

    /// Fills until the view holds so many bytes, or all there are.
    pub(crate) fn want(&mut self, count: usize) {
        while self.view().len() < count && self.fill() {}
    }

    /// Line of the view's first byte, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// Why the stream ended, if it did not end by itself.
    pub(crate) fn failure(&self) -> Option<&io::Error> {
        self.failure.as_ref()
    }
}

/// A stream of which some was looked at.
pub(crate) struct Rewound<R> {
    head: Cursor<Vec<u8>>,
    source: Option<R>,
    failure: Option<io::Error>,
}

impl<R: Read> Read for Rewound<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.head.read(into)?;
        if count > 0 || into.is_empty() {
            return Ok(count);
        }
        match (self.failure.take(), &mut self.source) {
            (Some(failure), _) => Err(failure),
            (None, Some(source)) => source.read(into),
            (None, None) => Ok(0),
        }
    }
}
