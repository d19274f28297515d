//! A sliding view on a stream: bytes are looked at, asked for, and let go; lines are counted on the way.

use std::io::{self, Read};

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
