//! Finds the end of a JSON value, by its brackets and texts alone: the real parser then reads it.

pub(crate) enum Step {
    /// All bytes at hand belong to the record.
    More,
    /// The record ends here.
    End,
    /// The record cannot be JSON.
    Broken(&'static str),
}

/// Finds the end of one JSON value.
#[derive(Default)]
pub(crate) struct Scan {
    place: Place,
    depth: usize,
    pub(crate) deepest: usize,
    /// One bit a level, the outermost lowest: 1 for `{`. Deeper than 64 levels nothing is checked.
    braces: u64,
    /// Whether the value is of an object, whose end ends a word, too.
    in_object: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    /// Before the first byte.
    #[default]
    Start,
    /// In a number, `true` or the like that is the whole record.
    Word,
    /// Between texts.
    Between,
    /// In a text.
    Text,
    /// Behind a backslash in a text.
    Escape,
    /// Behind a text: only `:`, `,` or a closing bracket may follow.
    AfterText,
}

impl Scan {
    /// For the rest of a value of which so many objects, each within the other, are open.
    pub(crate) fn within(depth: usize) -> Self {
        Self { place: Place::Between, depth, deepest: depth, braces: u64::MAX, in_object: false }
    }

    /// For a value of an object.
    pub(crate) fn of_member() -> Self {
        Self { in_object: true, ..Self::default() }
    }

    pub(crate) fn is_word(&self) -> bool {
        self.place == Place::Word
    }

    /// Goes on from `*at`, to the end of the record or of the bytes.
    pub(crate) fn run(&mut self, bytes: &[u8], at: &mut usize) -> Step {
        while let Some(&byte) = bytes.get(*at) {
            match self.place {
                Place::Text => match byte {
                    b'"' => {
                        self.place = Place::AfterText;
                        if self.depth == 0 {
                            *at += 1;
                            return Step::End;
                        }
                    }
                    b'\\' => self.place = Place::Escape,
                    b'\n' | b'\r' => return Step::Broken("a text does not end on its line"),
                    _ => {}
                },
                Place::Escape => self.place = Place::Text,
                Place::Word => {
                    let closes = byte == b'}' && self.in_object;
                    if byte.is_ascii_whitespace() || matches!(byte, b',' | b']') || closes {
                        return Step::End;
                    }
                }
                Place::Start | Place::Between | Place::AfterText => match byte {
                    b'"' if self.place == Place::AfterText => {
                        return Step::Broken("a value follows a value without a comma");
                    }
                    b'"' => self.place = Place::Text,
                    b'{' | b'[' if self.place != Place::AfterText => {
                        self.place = Place::Between;
                        if self.depth < 64 {
                            self.braces &= !(1 << self.depth);
                            self.braces |= u64::from(byte == b'{') << self.depth;
                        }
                        self.depth += 1;
                        self.deepest = self.deepest.max(self.depth);
                    }
                    b'}' | b']' if self.depth > 0 => {
                        self.depth -= 1;
                        if self.depth < 64 && (self.braces >> self.depth & 1 == 1) != (byte == b'}') {
                            return Step::Broken("a bracket is closed by one of the other kind");
                        }
                        self.place = Place::Between;
                        if self.depth == 0 {
                            *at += 1;
                            return Step::End;
                        }
                    }
                    _ if self.place == Place::Start => self.place = Place::Word,
                    b',' | b':' => self.place = Place::Between,
                    b if self.place == Place::AfterText && !b.is_ascii_whitespace() => {
                        return Step::Broken("a text is followed by what cannot follow it");
                    }
                    _ => {}
                },
            }
            *at += 1;
        }
        Step::More
    }
}
