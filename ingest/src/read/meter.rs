//! Two gauges in the stream: one counts what the store delivers and remembers why it failed, one bounds what
//! unpacking makes of it.

use std::{
    io::{self, Read},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::limits::{MAX_INFLATED_BYTES, MAX_RATIO, RATIO_FREE_BYTES};

/// What the gauges show; shared with whoever watches the progress.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gauges(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    bytes: AtomicU64,
    failure: Mutex<Option<io::Error>>,
}

impl Gauges {
    /// Bytes that the store delivered.
    pub(crate) fn bytes(&self) -> u64 {
        self.0.bytes.load(Ordering::Relaxed)
    }

    /// Why the store stopped delivering, as opposed to an end or to bad content. Told once.
    pub(crate) fn take_failure(&self) -> Option<io::Error> {
        self.0.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.0.failure.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

/// Counts the bytes of the store and keeps its errors apart from those of the unpacker behind it.
pub(crate) struct Metered<R> {
    pub(crate) source: R,
    pub(crate) gauges: Gauges,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.source.read(into) {
            Ok(count) => {
                self.gauges.0.bytes.fetch_add(count as u64, Ordering::Relaxed);
                Ok(count)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                let told = io::Error::new(error.kind(), error.to_string());
                *self.gauges.0.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                Err(told)
            }
        }
    }
}

/// The message of a breached bound.
pub(crate) const TOO_LARGE: &str = "unpacks to more bytes than allowed";

/// Ends the stream with [`io::ErrorKind::FileTooLarge`] once it unpacks to too much.
pub(crate) struct Bounded<R> {
    pub(crate) source: R,
    pub(crate) gauges: Gauges,
    pub(crate) inflated: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(into)?;
        self.inflated += count as u64;
        let packed = self.gauges.bytes().max(1);
        let bomb = self.inflated > RATIO_FREE_BYTES && self.inflated / packed > MAX_RATIO;
        if bomb || self.inflated > MAX_INFLATED_BYTES {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, TOO_LARGE));
        }
        Ok(count)
    }
}
