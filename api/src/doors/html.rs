//! HTML of the reference: whatever is written is escaped, except what is in `backticks`, which is code.

use std::fmt::Write as _;

use html_escape::{encode_double_quoted_attribute, encode_text};

/// A page under way.
#[derive(Debug, Default)]
pub(crate) struct HtmlPage {
    out: String,
}

impl HtmlPage {
    /// A whole page: `path` is its own among those of the navigation.
    pub(crate) fn whole(title: &str, path: &str, navigation: &[(&str, &str)], body: Self) -> Vec<u8> {
        let mut page = Self::default();
        page.out.push_str("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">");
        page.out.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        page.element("title", &[], title);
        page.out.push_str("<link rel=\"stylesheet\" href=\"/docs/style.css\"></head>\n<body><nav>");
        for (to, name) in navigation {
            let current: &[(&str, &str)] = if *to == path { &[("aria-current", "page")] } else { &[] };
            page.element("a", &[&[("href", *to)], current].concat(), name);
        }
        page.out.push_str("</nav>\n<main>\n");
        page.element("h1", &[], title);
        page.out.push_str(&body.out);
        page.out.push_str("</main></body></html>\n");
        page.out.into_bytes()
    }

    /// A heading that links can point to.
    pub(crate) fn heading(&mut self, tag: &str, id: &str, text: &str) {
        self.open(tag, &[("id", id)]);
        self.element("a", &[("href", &["#", id].concat())], text);
        self.close(tag);
    }

    /// Paragraphs, separated by empty lines in the text.
    pub(crate) fn paragraphs(&mut self, text: &str) {
        for paragraph in text.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()) {
            self.open("p", &[]);
            self.prose(paragraph);
            self.close("p");
        }
    }

    /// A block of code.
    pub(crate) fn code_block(&mut self, code: &str) {
        self.out.push_str("<pre><code>");
        self.out.push_str(&encode_text(code));
        self.out.push_str("</code></pre>\n");
    }

    /// A table; cells are prose.
    pub(crate) fn table(&mut self, head: &[&str], rows: impl IntoIterator<Item = Vec<TableCell>>) {
        self.out.push_str("<table><thead><tr>");
        head.iter().for_each(|name| self.element("th", &[], name));
        self.out.push_str("</tr></thead><tbody>\n");
        for row in rows {
            self.out.push_str("<tr>");
            for cell in row {
                self.open("td", &[]);
                self.cell(&cell);
                self.close("td");
            }
            self.out.push_str("</tr>\n");
        }
        self.out.push_str("</tbody></table>\n");
    }

    /// A list of links with their texts.
    pub(crate) fn links(&mut self, links: &[(&str, &str)]) {
        self.out.push_str("<ul>");
        for (to, text) in links {
            self.out.push_str("<li>");
            self.element("a", &[("href", to)], text);
            self.out.push_str("</li>");
        }
        self.out.push_str("</ul>\n");
    }

    fn cell(&mut self, cell: &TableCell) {
        match cell {
            TableCell::Prose(text) => self.prose(text),
            TableCell::Code(text) => self.element("code", &[], text),
            TableCell::Type { written, to } => {
                self.out.push_str("<code>");
                match to {
                    Some(to) => self.element("a", &[("href", to)], written),
                    None => self.out.push_str(&encode_text(written)),
                }
                self.out.push_str("</code>");
            }
            TableCell::Target(id) => {
                self.open("code", &[("id", id)]);
                self.out.push_str(&encode_text(id));
                self.close("code");
            }
        }
    }

    /// Text in which backticks stand around code.
    fn prose(&mut self, text: &str) {
        for (at, part) in text.split('`').enumerate() {
            if at % 2 == 1 {
                self.element("code", &[], part);
            } else {
                self.out.push_str(&encode_text(part));
            }
        }
    }

    fn element(&mut self, tag: &str, attributes: &[(&str, &str)], text: &str) {
        self.open(tag, attributes);
        self.out.push_str(&encode_text(text));
        self.close(tag);
    }

    fn open(&mut self, tag: &str, attributes: &[(&str, &str)]) {
        let _ = write!(self.out, "<{tag}");
        for (name, value) in attributes {
            let _ = write!(self.out, " {name}=\"{}\"", encode_double_quoted_attribute(value));
        }
        self.out.push('>');
    }

    fn close(&mut self, tag: &str) {
        let _ = write!(self.out, "</{tag}>");
    }
}

/// A cell of a table.
#[derive(Clone, Debug)]
pub(crate) enum TableCell {
    /// Prose.
    Prose(String),
    /// Code.
    Code(String),
    /// A type, and where it is described.
    Type {
        /// As it is written.
        written: String,
        /// Where it is described.
        to: Option<String>,
    },
    /// Code that links can point to by itself.
    Target(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_text_is_escaped() {
        let mut body = HtmlPage::default();
        body.heading("h2", "a\"b", "<x>");
        body.paragraphs("a < b `c<d` & \"e\"\n\n\n\nf");
        body.code_block("</pre><script>");
        let page = String::from_utf8(HtmlPage::whole("T<", "/", &[("/", "Home")], body)).unwrap();
        for part in [
            "<h2 id=\"a&quot;b\"><a href=\"#a&quot;b\">&lt;x&gt;</a></h2>",
            "<p>a &lt; b <code>c&lt;d</code> &amp; \"e\"</p><p>f</p>",
            "<pre><code>&lt;/pre&gt;&lt;script&gt;</code></pre>",
            "<title>T&lt;</title>",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(!page.contains("<script"));
    }
}
