//! A bucket of S3.
//!
//! Absence removes movies, so it is believed only where S3 itself says so: a 404 alone may be the page of a proxy, or a
//! bucket that is missing. The bucket has to list the key's place and lack the key ([`S3Bucket::is_listed`]), and each
//! listing has to be whole and of this bucket ([`super::listing`]).

use std::{
    io::{self, Read},
    time::Duration,
};

use aws_sdk_s3::{
    Client,
    operation::list_objects_v2::ListObjectsV2Output,
    primitives::{ByteStream, DateTime},
};
use bytes::{Buf, Bytes};
use tokio::runtime::Handle;

use super::{
    Aws, DEADLINE,
    calls::{CallError, Calls, Cut},
    listing::WholeListing,
};
use crate::{
    bucket::{Bucket, ObjectHead, OpenError},
    queue::RemoteError,
};

/// Longest wait for the next bytes of a body.
const CHUNK_DEADLINE: Duration = Duration::from_secs(20);

/// A bucket of S3.
pub struct S3Bucket {
    client: Client,
    name: String,
    calls: Calls,
}

impl S3Bucket {
    /// The bucket of this name. Calls block on `runtime`.
    pub fn new(aws: &Aws, name: &str, runtime: Handle) -> Self {
        Self { client: aws.s3(), name: name.to_owned(), calls: aws.calls(runtime) }
    }

    /// Puts an object of any size from a file.
    ///
    /// # Errors
    /// [`RemoteError`], or what is wrong with the file.
    pub fn upload(&self, key: &str, file: &std::path::Path) -> Result<(), RemoteError> {
        /// A slow line takes its time for the 5 GiB that one PUT may have.
        const UPLOAD_DEADLINE: Duration = Duration::from_secs(3_600);
        let body = self.calls.within(UPLOAD_DEADLINE, ByteStream::from_path(file));
        let body = body.map_err(|cut| RemoteError::Unavailable(cut.to_string()))?;
        let body = body.map_err(|error| RemoteError::Missing(format!("{}: {error}", file.display())))?;
        let put = self.client.put_object().bucket(&self.name).key(key).body(body);
        self.calls.wait(UPLOAD_DEADLINE, put.send())?;
        Ok(())
    }

    /// Removes an object; one that is not there is as good as removed.
    ///
    /// # Errors
    /// [`RemoteError`]; whether it is there cannot be told then.
    pub fn delete(&self, key: &str) -> Result<(), RemoteError> {
        self.calls.wait(DEADLINE, self.client.delete_object().bucket(&self.name).key(key).send())?;
        Ok(())
    }

    /// One page of a listing of objects.
    fn page(
        &self,
        prefix: &str,
        most: Option<i32>,
        after: Option<String>,
    ) -> Result<(Vec<ObjectHead>, Option<String>), RemoteError> {
        let call = self
            .client
            .list_objects_v2()
            .bucket(&self.name)
            .prefix(prefix)
            .set_max_keys(most)
            .set_continuation_token(after)
            .customize()
            .interceptor(WholeListing);
        let page = self.calls.wait(DEADLINE, call.send())?;
        self.check_listing(&page, prefix)?;
        let next = page.next_continuation_token().map(str::to_owned);
        let objects = page.contents.unwrap_or_default().into_iter().filter_map(|object| {
            Some(ObjectHead {
                key: object.key?,
                etag: object.e_tag.unwrap_or_default(),
                modified_ms: whole_seconds(object.last_modified.as_ref()),
                bytes: u64::try_from(object.size.unwrap_or_default()).unwrap_or_default(),
            })
        });
        Ok((objects.collect(), next))
    }

    /// An error where a listing is not of this bucket and prefix, or has lost a part.
    fn check_listing(&self, page: &ListObjectsV2Output, prefix: &str) -> Result<(), RemoteError> {
        let fault = |what: &str| RemoteError::Unavailable(format!("the listing of {} {what}", self.name));
        // A listing through an access point names the bucket behind it.
        let is_alias = self.name.starts_with("arn:") || self.name.ends_with("-s3alias");
        if page.name().is_none_or(|name| name != self.name && !is_alias) {
            return Err(fault("is of another bucket"));
        }
        if page.prefix().is_some_and(|listed| listed != prefix) {
            return Err(fault("is of another prefix"));
        }
        let listed = page.contents().len() + page.common_prefixes().len();
        if page.key_count().is_some_and(|count| usize::try_from(count) != Ok(listed)) {
            return Err(fault("has fewer objects than it says"));
        }
        if page.is_truncated() == Some(true) && page.next_continuation_token().is_none() {
            return Err(fault("breaks off"));
        }
        Ok(())
    }

    /// Whether the bucket lists an object under this key.
    fn is_listed(&self, key: &str) -> Result<bool, RemoteError> {
        let (listed, _) = self.page(key, Some(1), None)?;
        Ok(listed.first().is_some_and(|object| object.key == key))
    }

    /// What it means that a request for an object was answered by this error.
    fn absence(&self, key: &str, error: CallError) -> Result<Option<ObjectHead>, RemoteError> {
        match error.status {
            // Who may not list is told 403 of a key that is not there.
            403 | 404 if !self.is_listed(key)? => Ok(None),
            404 => Err(RemoteError::Unavailable(format!("{key} is listed and cannot be found"))),
            _ => Err(error.into()),
        }
    }
}

/// HEAD tells whole seconds, so that listings may not tell more.
fn whole_seconds(time: Option<&DateTime>) -> u64 {
    time.and_then(|time| u64::try_from(time.secs()).ok()).unwrap_or_default() * 1_000
}

impl Bucket for S3Bucket {
    fn name(&self) -> &str {
        &self.name
    }

    fn check(&self) -> Result<(), RemoteError> {
        self.calls.wait(DEADLINE, self.client.head_bucket().bucket(&self.name).send())?;
        Ok(())
    }

    fn head(&self, key: &str) -> Result<Option<ObjectHead>, RemoteError> {
        let call = self.client.head_object().bucket(&self.name).key(key);
        match self.calls.wait(DEADLINE, call.send()) {
            // S3 names content and time of every object; what does not is a page of somebody else.
            Ok(head) if head.e_tag.is_none() || head.last_modified.is_none() => {
                Err(RemoteError::Unavailable(format!("{key}: the answer is not one of S3")))
            }
            Ok(head) => Ok(Some(ObjectHead {
                key: key.to_owned(),
                etag: head.e_tag.unwrap_or_default(),
                modified_ms: whole_seconds(head.last_modified.as_ref()),
                bytes: u64::try_from(head.content_length.unwrap_or_default()).unwrap_or_default(),
            })),
            Err(error) => self.absence(key, error),
        }
    }

    fn open(&self, object: &ObjectHead, from: u64) -> Result<Box<dyn Read + Send>, OpenError> {
        let mut call = self.client.get_object().bucket(&self.name).key(&object.key).if_match(&object.etag);
        if from > 0 {
            call = call.range(format!("bytes={from}-"));
        }
        match self.calls.wait(DEADLINE, call.send()) {
            Ok(got) if got.e_tag.as_deref() != Some(object.etag.as_str()) => Err(OpenError::Changed),
            Ok(got) => {
                Ok(Box::new(BodyReader { stream: got.body, chunk: Bytes::new(), calls: self.calls.clone() }))
            }
            Err(error) if error.is_missing() || error.status == 412 => Err(OpenError::Changed),
            Err(error) => Err(OpenError::Remote(error.into())),
        }
    }

    fn list(&self, prefix: &str) -> Result<Vec<ObjectHead>, RemoteError> {
        let mut objects = Vec::new();
        let mut after = None;
        loop {
            let (page, next) = self.page(prefix, None, after)?;
            objects.extend(page);
            if next.is_none() {
                return Ok(objects);
            }
            after = next;
        }
    }

    fn put(&self, key: &str, body: Vec<u8>, content_type: &str) -> Result<(), RemoteError> {
        let call =
            self.client.put_object().bucket(&self.name).key(key).content_type(content_type).body(body.into());
        self.calls.wait(DEADLINE, call.send())?;
        Ok(())
    }
}

/// A body, read from a thread that may block.
struct BodyReader {
    stream: ByteStream,
    chunk: Bytes,
    calls: Calls,
}

impl Read for BodyReader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.chunk.is_empty() {
            match self.calls.within(CHUNK_DEADLINE, self.stream.next()) {
                Ok(Some(Ok(chunk))) => self.chunk = chunk,
                Ok(Some(Err(error))) => return Err(io::Error::new(io::ErrorKind::ConnectionReset, error)),
                Ok(None) => return Ok(0),
                Err(Cut::Late) => return Err(io::ErrorKind::TimedOut.into()),
                Err(cut @ Cut::Stopping) => return Err(io::Error::other(cut)),
            }
        }
        let count = self.chunk.len().min(into.len());
        self.chunk.copy_to_slice(&mut into[..count]);
        Ok(count)
    }
}
