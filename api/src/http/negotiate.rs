//! Which of the two JSON media types an answer gets.

use http::{HeaderMap, header};

/// Media type of an answer, see <https://graphql.github.io/graphql-over-http/draft/#sec-Media-Types>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MediaType {
    /// `application/json`: status 200 for every well-formed request.
    Json,
    /// `application/graphql-response+json`: the status tells whether the operation ran.
    GraphqlResponse,
}

impl MediaType {
    /// The header's value.
    pub(super) fn as_header(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        }
    }

    /// The best of what the client accepts; `None` where it accepts neither. Without a header, and for `*/*`, it
    /// is plain JSON, which every client reads.
    pub(super) fn negotiate(headers: &HeaderMap) -> Option<Self> {
        if !headers.contains_key(header::ACCEPT) {
            return Some(Self::Json);
        }
        let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let ranges: Vec<_> = values.flat_map(|value| value.split(',')).collect();
        let quality = |media_type: &str| {
            let of = |range: &&str| quality_of(range, media_type);
            // The most specific range that matches decides, whatever the others say.
            ranges
                .iter()
                .filter_map(of)
                .max_by_key(|&(specific, _)| specific)
                .map_or(0, |(_, quality)| quality)
        };
        let named = |media_type: &str| {
            ranges
                .iter()
                .any(|range| quality_of(range, media_type).is_some_and(|(specific, _)| specific == 2))
        };
        let (response, json) = ("application/graphql-response+json", "application/json");
        let (response_quality, json_quality) = (quality(response), quality(json));
        if response_quality == 0 && json_quality == 0 {
            return None;
        }
        let prefer_response =
            response_quality > json_quality || (response_quality == json_quality && named(response));
        Some(if prefer_response { Self::GraphqlResponse } else { Self::Json })
    }
}

/// How specifically a range names the media type (0 for `*/*`, 1 for `application/*`, 2 for itself), and its
/// quality in thousandths.
fn quality_of(range: &str, media_type: &str) -> Option<(u8, u32)> {
    let mut parts = range.split(';').map(str::trim);
    let name = parts.next()?.to_ascii_lowercase();
    let specific = match name.as_str() {
        "*/*" => 0,
        "application/*" => 1,
        name if name == media_type => 2,
        _ => return None,
    };
    let quality = parts
        .filter_map(|part| part.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("q"))
        .and_then(|(_, value)| value.trim().parse::<f32>().ok())
        .unwrap_or(1.0);
    // The cast saturates, so odd qualities do no harm.
    Some((specific, (quality.clamp(0.0, 1.0) * 1_000.0) as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_get_what_they_accept() {
        use MediaType::{GraphqlResponse, Json};
        let cases = [
            (None, Some(Json)),
            (Some("*/*"), Some(Json)),
            (Some("application/*"), Some(Json)),
            (Some("application/json"), Some(Json)),
            (Some("application/json; charset=utf-8"), Some(Json)),
            (Some("application/graphql-response+json"), Some(GraphqlResponse)),
            (Some("Application/GraphQL-Response+JSON"), Some(GraphqlResponse)),
            (Some("application/json, application/graphql-response+json"), Some(GraphqlResponse)),
            (Some("application/graphql-response+json;q=0.5, application/json"), Some(Json)),
            (Some("application/graphql-response+json;q=0, */*"), Some(Json)),
            (Some("application/json;q=0, */*;q=0.1"), Some(GraphqlResponse)),
            (Some("text/html,application/xhtml+xml,*/*;q=0.8"), Some(Json)),
            (Some("text/html"), None),
            (Some("application/json;q=0"), None),
            (Some(""), None),
        ];
        for (accept, expected) in cases {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(header::ACCEPT, accept.parse().unwrap());
            }
            assert_eq!(MediaType::negotiate(&headers), expected, "{accept:?}");
        }
    }
}
