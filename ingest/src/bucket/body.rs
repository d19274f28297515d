//! The content of an object, read on where it broke off.

use std::{
    io::{self, Read},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use super::{Bucket, ObjectHead, OpenError};

/// How often a body that breaks off is taken up again where it broke.
const RESUMES: u32 = 5;

/// Why a body is not read on while the worker is shutting down.
pub(crate) const HALTED: &str = "the worker is shutting down";

/// A body that goes on where it broke off: clients try a request again, but not a body that ends early.
pub(super) struct Resumed {
    bucket: Arc<dyn Bucket>,
    head: ObjectHead,
    stream: Box<dyn Read + Send>,
    at: u64,
    resumes: u32,
    halt: Arc<AtomicBool>,
}

impl Resumed {
    /// Opens exactly this state of an object; once `halt` is set it is read no further.
    ///
    /// # Errors
    /// As [`Bucket::open`].
    pub(super) fn open(
        bucket: &Arc<dyn Bucket>,
        head: ObjectHead,
        halt: &Arc<AtomicBool>,
    ) -> Result<Self, OpenError> {
        let stream = bucket.open(&head, 0)?;
        let (bucket, halt) = (Arc::clone(bucket), Arc::clone(halt));
        Ok(Self { bucket, head, stream, at: 0, resumes: 0, halt })
    }
}

impl Read for Resumed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.halt.load(Relaxed) {
                return Err(io::Error::other(HALTED));
            }
            let broke = match self.stream.read(into) {
                Ok(0) if self.at < self.head.bytes && !into.is_empty() => {
                    io::Error::from(io::ErrorKind::UnexpectedEof)
                }
                Ok(count) => {
                    self.at += count as u64;
                    return Ok(count);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
                Err(error) => error,
            };
            if self.resumes >= RESUMES {
                return Err(broke);
            }
            self.resumes += 1;
            metrics::counter!("wikimovie_ingest_resumes_total").increment(1);
            tracing::debug!(
                object = self.head.key,
                at = self.at,
                error = %broke,
                "the body of an object was interrupted; resuming at this position"
            );
            self.stream = self.bucket.open(&self.head, self.at).map_err(io::Error::other)?;
        }
    }
}
