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

use wikimovie_engine::{SearchError, writer::WriteError};

use super::{Elasticsearch, Shared, client::Call, writer::audit::LedgerAudit};

/// Time between two looks.
const INTERVAL: Duration = Duration::from_secs(3);

/// What was seen last.
#[derive(Debug, Default)]
pub(super) struct Presence {
    seen: ArcSwapOption<Instant>,
    lost: AtomicBool,
}

impl Presence {
    /// Whether index or ledger are gone.
    pub(super) fn is_lost(&self) -> bool {
        self.lost.load(Relaxed)
    }

    fn is_due(&self) -> bool {
        self.is_lost() || self.seen.load().as_ref().is_none_or(|seen| seen.elapsed() >= INTERVAL)
    }
}

impl Elasticsearch {
    /// Every object applied, compared with what the index holds, without being the writer.
    ///
    /// # Errors
    /// [`WriteError::IndexChanged`] where index or ledger are missing, others where the cluster does not answer.
    pub async fn audit(&self) -> Result<LedgerAudit, WriteError> {
        self.shared.audited_ledger().await
    }

    /// What of index and ledger is missing, without making it.
    ///
    /// # Errors
    /// Where the cluster does not answer.
    pub async fn missing(&self) -> Result<Vec<String>, WriteError> {
        self.shared.missing().await
    }
}

impl Shared {
    /// Looks from time to time whether index and ledger are there.
    ///
    /// # Errors
    /// [`SearchError::Unavailable`] where one of them is not.
    pub(super) async fn check_presence(&self) -> Result<(), SearchError> {
        if !self.presence.is_due() {
            return Ok(());
        }
        for index in [&self.names.read, &self.names.ledger] {
            let reply = self.client.send(Call::get(["/", index, "/_alias"].concat())).await?;
            if reply.status == 404 {
                if !self.presence.lost.swap(true, Relaxed) {
                    tracing::error!(index, "the index is gone; the ingest worker makes and fills it again");
                }
                return Err(SearchError::Unavailable);
            }
        }
        if self.presence.lost.swap(false, Relaxed) {
            tracing::info!("index and ledger are there again");
        }
        self.presence.seen.store(Some(Arc::new(Instant::now())));
        Ok(())
    }
}
