//! In place of AWS signatures, where the feature `sigv4` is off: nothing can be signed.

use crate::error::ClientError;
use http::HeaderMap;
use url::Url;

/// What would be signed of a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct ToSign<'a> {
    pub(super) method: &'static str,
    pub(super) path: &'a str,
    pub(super) body: &'a [u8],
}

/// Never constructed.
#[derive(Debug)]
pub(super) enum Signer {}

impl Signer {
    pub(super) fn new(_region: Option<String>, _service: String) -> Result<Self, String> {
        Err("auth: this program is built without AWS signatures (feature sigv4)".to_owned())
    }

    pub(super) async fn sign(
        &self,
        _node: &Url,
        _request: ToSign<'_>,
        _headers: &mut HeaderMap,
    ) -> Result<(), ClientError> {
        match *self {}
    }
}
