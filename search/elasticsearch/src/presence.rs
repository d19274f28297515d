//! Whether index and ledger are there, for readers: what is remembered of a catalogue answers nothing once its index is
//! gone.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use arc_swap::ArcSwapOption;
use wikimovie_engine::SearchError;

use crate::{
    client::{Call, Client},
    names::Names,
};

/// Time between two checks.
const INTERVAL: Duration = Duration::from_secs(3);

/// What was seen last.
#[derive(Debug)]
pub(crate) struct Presence {
    client: Client,
    names: Arc<Names>,
    seen: ArcSwapOption<Instant>,
    lost: AtomicBool,
}

impl Presence {
    /// Nothing is seen yet.
    pub(crate) fn new(client: Client, names: Arc<Names>) -> Self {
        Self { client, names, seen: ArcSwapOption::empty(), lost: AtomicBool::new(false) }
    }

    /// Whether index or ledger are gone.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost.load(Relaxed)
    }

    fn is_due(&self) -> bool {
        self.is_lost() || self.seen.load().as_ref().is_none_or(|seen| seen.elapsed() >= INTERVAL)
    }

    /// Checks from time to time whether index and ledger are there.
    ///
    /// # Errors
    /// [`SearchError::Unavailable`] where one of them is not.
    pub(crate) async fn check(&self) -> Result<(), SearchError> {
        if !self.is_due() {
            return Ok(());
        }
        for index in [&self.names.read, &self.names.ledger] {
            let reply = self.client.send(Call::get(["/", index, "/_alias"].concat())).await?;
            if reply.status == 404 {
                if !self.lost.swap(true, Relaxed) {
                    tracing::error!(index, "the index is gone; the ingest worker makes and fills it again");
                }
                return Err(SearchError::Unavailable);
            }
        }
        if self.lost.swap(false, Relaxed) {
            tracing::info!("index and ledger are there again");
        }
        self.seen.store(Some(Arc::new(Instant::now())));
        Ok(())
    }
}
