//! Whether the answer to a listing is one of S3, whole.
//!
//! The client reads XML leniently: a page of a proxy, or a listing that is cut in half, would pass for a bucket with fewer
//! objects, and what is not listed is removed.

use aws_sdk_s3::config::{
    ConfigBag, Intercept, RuntimeComponents, interceptors::AfterDeserializationInterceptorContextRef,
};
use xmlparser::{ElementEnd, Token, Tokenizer};

/// The element that a listing is.
const ROOT: &str = "ListBucketResult";

/// Refuses an answer that is no whole listing.
#[derive(Debug)]
pub(super) struct WholeListing;

impl Intercept for WholeListing {
    fn name(&self) -> &'static str {
        "WholeListing"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let response = context.response();
        // The status tells of errors, which have a body of their own.
        if !response.status().is_success() {
            return Ok(());
        }
        let body = response.body().bytes().unwrap_or_default();
        let text = std::str::from_utf8(body)?;
        if is_whole(text) { Ok(()) } else { Err("the answer is no whole listing".into()) }
    }
}

/// Whether a text is one well-formed element of the name that listings have.
fn is_whole(text: &str) -> bool {
    let mut open: Vec<(&str, &str)> = Vec::new();
    let mut roots = 0;
    for token in Tokenizer::from(text) {
        match token {
            Err(_) => return false,
            Ok(Token::ElementStart { prefix, local, .. }) => {
                if open.is_empty() {
                    roots += 1;
                    if local.as_str() != ROOT {
                        return false;
                    }
                }
                open.push((prefix.as_str(), local.as_str()));
            }
            Ok(Token::ElementEnd { end: ElementEnd::Empty, .. }) => drop(open.pop()),
            Ok(Token::ElementEnd { end: ElementEnd::Close(prefix, local), .. }) => {
                if open.pop() != Some((prefix.as_str(), local.as_str())) {
                    return false;
                }
            }
            Ok(_) => {}
        }
    }
    roots == 1 && open.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_listing_passes() {
        let whole = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/\">\
            <Name>movies</Name><KeyCount>1</KeyCount><Contents><Key>a</Key><Owner/></Contents></ListBucketResult>";
        assert!(is_whole(whole));
        assert!(is_whole("<ListBucketResult/>"));
        for cut in 1..whole.len() {
            assert!(!is_whole(&whole[..cut]), "{}", &whole[..cut]);
        }
        for page in [
            "",
            "not found",
            "<html><body>404</body></html>",
            "<!DOCTYPE html><html><head><meta></head></html>",
            "{\"error\":\"not found\"}",
            "<Error><Code>NoSuchBucket</Code></Error>",
            "<ListBucketResult><Name>a</Prefix></ListBucketResult>",
            "<ListBucketResult/><ListBucketResult/>",
        ] {
            assert!(!is_whole(page), "{page}");
        }
    }
}
