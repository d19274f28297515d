//! Keys as events spell them.
//!
//! S3 form-encodes the key of a notification (S3 User Guide, "Event message structure": `red flower.jpg` comes as
//! `red+flower.jpg`); LocalStack and MinIO write a space as `%20` and a slash as `%2F`. One strict decoder reads them
//! all. EventBridge is said to send keys as they are, so that its keys are taken both ways.

/// Longest key in bytes of UTF-8 (S3 User Guide, "Naming Amazon S3 objects").
pub const MAX_KEY_BYTES: usize = 1_024;

/// A key, form-decoded: `+` is a space, `%XX` a byte, all bytes together UTF-8.
///
/// # Errors
/// What is wrong with it.
pub fn decode(spelled: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(spelled.len());
    let mut rest = spelled.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
                match (digit(rest.next()), digit(rest.next())) {
                    (Some(high), Some(low)) => u8::try_from(high * 16 + low).unwrap_or_default(),
                    _ => return Err("holds a % without two hexadecimal digits".to_owned()),
                }
            }
            plain => plain,
        });
    }
    let key = String::from_utf8(bytes).map_err(|_| "is not UTF-8 once decoded".to_owned())?;
    check(&key)?;
    Ok(key)
}

/// Whether a key can be one.
///
/// # Errors
/// What is wrong with it.
pub fn check(key: &str) -> Result<(), String> {
    if key.is_empty() {
        return Err("is empty".to_owned());
    }
    if key.len() > MAX_KEY_BYTES {
        return Err(format!("has {} bytes, at most {MAX_KEY_BYTES} are possible", key.len()));
    }
    Ok(())
}

/// A key as S3 spells it in events; [`decode`] reads it back.
pub fn encode(key: &str) -> String {
    use std::fmt::Write as _;
    let mut spelled = String::with_capacity(key.len());
    for byte in key.bytes() {
        match byte {
            b' ' => spelled.push('+'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'*' => {
                spelled.push(char::from(byte));
            }
            // Writing into a string does not fail.
            other => drop(write!(spelled, "%{other:02X}")),
        }
    }
    spelled
}
