//! The writer's lease: a document of the ledger that its owner renews by writing it again. Whoever wants it watches it:
//! a lease that is not renewed for its time is free. No clock of one machine is compared with that of another.
//!
//! A [`Lease`] that is dropped is renewed no more, on whatever path: [`Lease::release`] gives it back at once, and else it
//! is free after two seconds.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::{task::JoinHandle, time::Instant};
use wikimovie_elasticsearch_dsl::WritePosition;
use wikimovie_engine::writer::WriteError;

use crate::{client::Call, ledger::LedgerStore, records::RecordStore, versions::epoch_of, write_calls::gone};

/// Id of its document in the ledger.
const WRITER: &str = "writer";

/// Time after which a lease that was not renewed is free.
const LEASE_TTL: Duration = Duration::from_secs(2);
/// Time after the last renewal in which writing goes on.
pub(crate) const WRITE_WINDOW: Duration = Duration::from_secs(20);
/// Time between two renewals.
const RENEWAL_INTERVAL: Duration = Duration::from_millis(400);
/// Time one renewal may take: after one that got no answer another is still in time.
const RENEWAL_DEADLINE: Duration = Duration::from_secs(1);
/// Time that taking the lease may take: the ledger may be new, and its node busy with making it. What comes late is safe,
/// as a lease counts from when its write was begun, and a renewal shows whether it was taken since.
const TAKING_DEADLINE: Duration = Duration::from_secs(10);
/// Time from a renewal that failed to the next, and between two looks at a lease that is watched.
const RETRY_INTERVAL: Duration = Duration::from_millis(100);

/// The lease as the ledger holds it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct LeaseDocument {
    /// Empty once it was given back.
    holder: String,
    /// Counts owners: the versions of what this one writes are above those of all before it.
    #[serde(default)]
    epoch: u64,
    /// Makes each renewal another document.
    renewals: u64,
    /// Indices that the owner writes to; empty for those behind the write alias.
    #[serde(default)]
    targets: Vec<String>,
}

impl LeaseDocument {
    fn is_free(&self) -> bool {
        self.holder.is_empty()
    }
}

/// The lease of this process, renewed in the background until it is released or dropped.
#[derive(Debug)]
pub(crate) struct Lease {
    state: Arc<Mutex<LeaseState>>,
    ledger: LedgerStore,
    renewing: JoinHandle<()>,
}

/// The owner's last write.
#[derive(Debug)]
struct LeaseState {
    document: LeaseDocument,
    position: WritePosition,
    /// When the last successful renewal was begun.
    since: Instant,
    lost: Option<Loss>,
}

/// Why a lease is ours no more.
#[derive(Clone, Copy, Debug)]
enum Loss {
    /// Somebody else has it.
    Taken,
    /// The ledger is gone, and the lease with it.
    Gone,
}

impl Lease {
    /// Takes the lease, which takes as long as a lease lasts where somebody left it, or says that somebody has it.
    pub(crate) async fn acquire(ledger: &LedgerStore, records: &RecordStore) -> Result<Self, WriteError> {
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(|error| WriteError::Engine(error.to_string()))?;
        let holder = format!("{:016x}", u64::from_be_bytes(random));
        let seen = wait_until_free(ledger).await?;
        let (epoch, condition) = match &seen {
            Some((document, position)) => (document.epoch + 1, position.unchanged()),
            None => (first_epoch(records).await?, vec![("op_type", "create".to_owned())]),
        };
        let document = LeaseDocument { holder, epoch, renewals: 0, targets: Vec::new() };
        let since = Instant::now();
        let call = write_call(ledger, &document, condition, TAKING_DEADLINE)?;
        let position = ledger.write("taking the writer's lease", call).await?.ok_or_else(|| taken(ledger))?;
        let state = Arc::new(Mutex::new(LeaseState { document, position, since, lost: None }));
        let renewing = tokio::spawn(renew(ledger.clone(), Arc::clone(&state)));
        Ok(Self { state, ledger: ledger.clone(), renewing })
    }

    /// Counts the owners so far, this one included.
    pub(crate) fn epoch(&self) -> u64 {
        lock(&self.state).document.epoch
    }

    /// Shows everybody, with the next renewal, where this writer writes to.
    pub(crate) fn publish_targets(&self, targets: Vec<String>) {
        lock(&self.state).document.targets = targets;
    }

    /// An error where the lease was lost. A busy machine may be late with a renewal, which does no harm before a
    /// [`Lease::confirm`]: what is written without the lease replaces nothing.
    pub(crate) fn check(&self) -> Result<(), WriteError> {
        let state = lock(&self.state);
        match state.lost {
            Some(Loss::Gone) => Err(gone(self.ledger.name())),
            None if state.since.elapsed() < WRITE_WINDOW => Ok(()),
            Some(Loss::Taken) | None => Err(taken(&self.ledger)),
        }
    }

    /// Returns once a renewal shows that nobody else had the lease so far.
    pub(crate) async fn confirm(&self) -> Result<(), WriteError> {
        loop {
            self.check()?;
            if lock(&self.state).since.elapsed() < LEASE_TTL {
                return Ok(());
            }
            tokio::time::sleep(RENEWAL_DEADLINE / 20).await;
        }
    }

    /// Gives the lease back; it ends by itself where that fails.
    pub(crate) async fn release(&mut self) {
        self.renewing.abort();
        // A renewal under way ends before the state is read.
        let _ = (&mut self.renewing).await;
        let (free, position, lost) = {
            let state = lock(&self.state);
            // The epoch stays known.
            let free = LeaseDocument { holder: String::new(), ..state.document.clone() };
            (free, state.position, state.lost)
        };
        if lost.is_some() {
            return;
        }
        let mut released = write(&self.ledger, &free, position.unchanged()).await;
        if let Err(WriteError::LeaseTaken(_)) = released {
            // The renewal that was broken off may have been written, and its answer was not waited for.
            let holder = lock(&self.state).document.holder.clone();
            if let Ok(Some(position)) = own(&self.ledger, &holder).await {
                released = write(&self.ledger, &free, position.unchanged()).await;
            }
        }
        if let Err(error) = released {
            tracing::warn!(%error, "the writer lease could not be released; it expires by itself");
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.renewing.abort();
    }
}

/// Watches the lease until it is free; `None` where there never was one.
async fn wait_until_free(ledger: &LedgerStore) -> Result<Option<(LeaseDocument, WritePosition)>, WriteError> {
    let mut seen = read(ledger).await?;
    let started = Instant::now();
    loop {
        let Some((document, position)) = &seen else { return Ok(None) };
        if document.is_free() || started.elapsed() >= LEASE_TTL {
            return Ok(seen);
        }
        tokio::time::sleep(RETRY_INTERVAL).await;
        let now = read(ledger).await?;
        match &now {
            // Its owner renews it.
            Some((document, renewed)) if !document.is_free() && renewed != position => {
                return Err(taken(ledger));
            }
            _ => seen = now,
        }
    }
}

async fn renew(ledger: LedgerStore, state: Arc<Mutex<LeaseState>>) {
    let mut pause = RENEWAL_INTERVAL;
    loop {
        tokio::time::sleep(pause).await;
        let (document, position) = {
            let state = lock(&state);
            let renewals = state.document.renewals + 1;
            (LeaseDocument { renewals, ..state.document.clone() }, state.position)
        };
        let renewals = document.renewals;
        let begun = Instant::now();
        let renewed = match write(&ledger, &document, position.unchanged()).await {
            // The answer to an earlier renewal may have been lost: then the document is ours all the same.
            Err(WriteError::LeaseTaken(_)) => match own(&ledger, &document.holder).await {
                Ok(Some(position)) => Ok(position),
                Ok(None) => Err(taken(&ledger)),
                Err(error) => Err(error),
            },
            other => other,
        };
        let mut state = lock(&state);
        match renewed {
            Ok(position) => {
                (state.position, state.since) = (position, begun);
                state.document.renewals = renewals;
                pause = RENEWAL_INTERVAL;
            }
            Err(WriteError::LeaseTaken(_)) => {
                state.lost = Some(Loss::Taken);
                return;
            }
            Err(WriteError::IndexChanged(_)) => {
                state.lost = Some(Loss::Gone);
                return;
            }
            Err(error) => {
                pause = RETRY_INTERVAL;
                tracing::debug!(%error, "the writer lease could not be renewed; retrying");
            }
        }
    }
}

fn lock(state: &Mutex<LeaseState>) -> std::sync::MutexGuard<'_, LeaseState> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The lease and where it was last written; `None` where there never was one.
async fn read(ledger: &LedgerStore) -> Result<Option<(LeaseDocument, WritePosition)>, WriteError> {
    let call = Call { deadline: Some(RENEWAL_DEADLINE), ..ledger.read_call(WRITER) };
    ledger.read("reading the writer's lease", call).await
}

/// Whether nobody writes, or whoever does writes to these indices.
pub(crate) async fn writes_to(ledger: &LedgerStore, targets: &[String]) -> Result<bool, WriteError> {
    Ok(read(ledger).await?.is_none_or(|(lease, _)| lease.is_free() || lease.targets == targets))
}

/// An epoch above those of all that the index holds, for an index whose ledger was lost.
async fn first_epoch(records: &RecordStore) -> Result<u64, WriteError> {
    /// What deleted documents, which cannot be read back, may remember beyond that.
    const MARGIN: u64 = 1 << 10;
    let mut greatest = 0;
    let mut found = records.entries();
    while let Some(page) = found.next().await? {
        greatest = page.iter().map(|entry| entry.version).fold(greatest, u64::max);
    }
    Ok(if greatest == 0 { 1 } else { epoch_of(greatest) + MARGIN })
}

/// The last write where it is this owner's.
async fn own(ledger: &LedgerStore, holder: &str) -> Result<Option<WritePosition>, WriteError> {
    let found = read(ledger).await?.filter(|(document, _)| document.holder == holder);
    Ok(found.map(|(_, position)| position))
}

async fn write(
    ledger: &LedgerStore,
    document: &LeaseDocument,
    condition: Vec<(&'static str, String)>,
) -> Result<WritePosition, WriteError> {
    let call = write_call(ledger, document, condition, RENEWAL_DEADLINE)?;
    ledger.write("renewing the writer's lease", call).await?.ok_or_else(|| taken(ledger))
}

fn write_call(
    ledger: &LedgerStore,
    document: &LeaseDocument,
    condition: Vec<(&'static str, String)>,
    deadline: Duration,
) -> Result<Call, WriteError> {
    let call = ledger.write_call(WRITER, "lease", document, condition)?;
    Ok(Call { repeatable: false, deadline: Some(deadline), ..call })
}

fn taken(ledger: &LedgerStore) -> WriteError {
    WriteError::LeaseTaken(ledger.catalogue().to_owned())
}

#[cfg(test)]
mod tests;
