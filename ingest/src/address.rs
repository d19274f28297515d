//! Addresses of pages and pictures: absolute, and escaped where they must be.

/// An absolute http or https address, what may not stand in it escaped; `None` for anything else.
pub(crate) fn absolute(raw: &str) -> Option<String> {
    let scheme = ["http://", "https://"]
        .into_iter()
        .find(|scheme| raw.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))?;
    let rest = &raw[scheme.len()..];
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_host =
        !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || c.is_control() || c == '@');
    is_host.then(|| format!("{scheme}{}", escaped(rest, "")))
}

/// Percent-escapes what RFC 3986 does not allow in an address, and the characters in `also`.
pub(crate) fn escaped(text: &str, also: &str) -> String {
    let mut address = String::with_capacity(text.len());
    for c in text.chars() {
        let may_stay =
            c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}');
        if may_stay && !also.contains(c) {
            address.push(c);
        } else {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                address.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    address
}
