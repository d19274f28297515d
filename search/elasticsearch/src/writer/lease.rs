//! The writer's lease: a document of the ledger that its owner writes anew all the time. Whoever wants it watches it: a
//! lease that is not renewed for its time is free. No clock of one machine is compared with that of another.
//!
//! A [`Lease`] that is dropped is renewed no more, on whatever path: [`Lease::release`] gives it back at once, and else it
//! is free after two seconds.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;
use wikimovie_engine::writer::WriteError;

use super::versions::epoch_of;
use crate::{
    Shared,
    client::Call,
    index::{LedgerDocument, Read, ledger_id, refused},
    maintenance::gone,
};

/// Time after which a lease that was not renewed is free.
const LASTS: Duration = Duration::from_secs(2);
/// Time after the last renewal in which writing goes on.
pub(super) const LATEST: Duration = Duration::from_secs(20);
/// Time between two renewals.
const RENEWED_EVERY: Duration = Duration::from_millis(400);
/// Time one renewal may take: after one that got no answer another is still in time.
const DEADLINE: Duration = Duration::from_secs(1);
/// Time from a renewal that failed to the next, and between two looks at a lease that is watched.
const PAUSE: Duration = Duration::from_millis(100);

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

/// Where a document was last written, for a compare-and-set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
struct Position {
    #[serde(rename = "_seq_no")]
    seq_no: u64,
    #[serde(rename = "_primary_term")]
    primary_term: u64,
}

impl Position {
    /// Lets a write fail where somebody else wrote since.
    fn unchanged(self) -> Vec<(&'static str, String)> {
        vec![("if_seq_no", self.seq_no.to_string()), ("if_primary_term", self.primary_term.to_string())]
    }
}

/// The lease of this process, renewed in the background until it is released or dropped.
#[derive(Debug)]
pub(super) struct Lease {
    state: Arc<Mutex<LeaseState>>,
    shared: Arc<Shared>,
    renewing: JoinHandle<()>,
}

/// The owner's last write.
#[derive(Debug)]
struct LeaseState {
    document: LeaseDocument,
    position: Position,
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
    pub(super) async fn acquire(shared: &Arc<Shared>) -> Result<Self, WriteError> {
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(|error| WriteError::Engine(error.to_string()))?;
        let holder = format!("{:016x}", u64::from_be_bytes(random));
        let seen = wait_until_free(shared).await?;
        let (epoch, condition) = match &seen {
            Some((document, position)) => (document.epoch + 1, position.unchanged()),
            None => (shared.first_epoch().await?, vec![("op_type", "create".to_owned())]),
        };
        let document = LeaseDocument { holder, epoch, renewals: 0, targets: Vec::new() };
        let since = Instant::now();
        let position = write(shared, &document, condition).await?;
        let state = Arc::new(Mutex::new(LeaseState { document, position, since, lost: None }));
        let renewing = tokio::spawn(renew(Arc::clone(shared), Arc::clone(&state)));
        Ok(Self { state, shared: Arc::clone(shared), renewing })
    }

    /// Counts the owners so far, this one included.
    pub(super) fn epoch(&self) -> u64 {
        lock(&self.state).document.epoch
    }

    /// Tells everybody, with the next renewal, where this writer writes to.
    pub(super) fn publish_targets(&self, targets: Vec<String>) {
        lock(&self.state).document.targets = targets;
    }

    /// An error where the lease was lost. A busy machine may be late with a renewal, which does no harm before a
    /// [`Lease::confirm`]: what is written without the lease replaces nothing.
    pub(super) fn check(&self) -> Result<(), WriteError> {
        let state = lock(&self.state);
        match state.lost {
            Some(Loss::Gone) => Err(gone(&self.shared.names.ledger)),
            None if state.since.elapsed() < LATEST => Ok(()),
            Some(Loss::Taken) | None => Err(taken(&self.shared)),
        }
    }

    /// Returns once a renewal shows that nobody else had the lease so far.
    pub(super) async fn confirm(&self) -> Result<(), WriteError> {
        loop {
            self.check()?;
            if lock(&self.state).since.elapsed() < LASTS {
                return Ok(());
            }
            tokio::time::sleep(DEADLINE / 20).await;
        }
    }

    /// Gives the lease back; it ends by itself where that fails.
    pub(super) async fn release(&mut self) {
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
        let mut released = write(&self.shared, &free, position.unchanged()).await;
        if let Err(WriteError::LeaseTaken(_)) = released {
            // The renewal that was broken off may have been written, and its answer was not waited for.
            let holder = lock(&self.state).document.holder.clone();
            if let Ok(Some(position)) = own(&self.shared, &holder).await {
                released = write(&self.shared, &free, position.unchanged()).await;
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
async fn wait_until_free(shared: &Shared) -> Result<Option<(LeaseDocument, Position)>, WriteError> {
    let mut seen = read(shared).await?;
    let started = Instant::now();
    loop {
        let Some((document, position)) = &seen else { return Ok(None) };
        if document.is_free() || started.elapsed() >= LASTS {
            return Ok(seen);
        }
        tokio::time::sleep(PAUSE).await;
        let now = read(shared).await?;
        match &now {
            // Its owner renews it.
            Some((document, renewed)) if !document.is_free() && renewed != position => {
                return Err(taken(shared));
            }
            _ => seen = now,
        }
    }
}

async fn renew(shared: Arc<Shared>, state: Arc<Mutex<LeaseState>>) {
    let mut pause = RENEWED_EVERY;
    loop {
        tokio::time::sleep(pause).await;
        let (document, position) = {
            let state = lock(&state);
            let renewals = state.document.renewals + 1;
            (LeaseDocument { renewals, ..state.document.clone() }, state.position)
        };
        let renewals = document.renewals;
        let begun = Instant::now();
        let renewed = match write(&shared, &document, position.unchanged()).await {
            // The answer to an earlier renewal may have been lost: then the document is ours all the same.
            Err(WriteError::LeaseTaken(_)) => match own(&shared, &document.holder).await {
                Ok(Some(position)) => Ok(position),
                Ok(None) => Err(taken(&shared)),
                Err(error) => Err(error),
            },
            other => other,
        };
        let mut state = lock(&state);
        match renewed {
            Ok(position) => {
                (state.position, state.since) = (position, begun);
                state.document.renewals = renewals;
                pause = RENEWED_EVERY;
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
                pause = PAUSE;
                tracing::debug!(%error, "the writer lease could not be renewed; retrying");
            }
        }
    }
}

fn lock(state: &Mutex<LeaseState>) -> std::sync::MutexGuard<'_, LeaseState> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The lease and the position of its last write; `None` where there never was one.
async fn read(shared: &Shared) -> Result<Option<(LeaseDocument, Position)>, WriteError> {
    let path = format!("/{}/_doc/{}", shared.names.ledger, ledger_id::WRITER);
    let call = Call { deadline: Some(DEADLINE), ..Call::get(path) };
    let reply = shared.request("reading the writer's lease", call).await?;
    let read: Read<LedgerDocument<LeaseDocument>> = shared.check_ledger(reply.json()?)?;
    let position = Position { seq_no: read.seq_no, primary_term: read.primary_term };
    Ok(read.source.map(|found| (found.data, position)))
}

impl Shared {
    /// Whether nobody writes, or whoever does writes to these indices.
    pub(crate) async fn writes_to(&self, targets: &[String]) -> Result<bool, WriteError> {
        Ok(read(self).await?.is_none_or(|(lease, _)| lease.is_free() || lease.targets == targets))
    }

    /// An epoch above those of all that the index holds, for an index whose ledger was lost.
    async fn first_epoch(&self) -> Result<u64, WriteError> {
        /// What deleted documents, which cannot be read back, may remember beyond that.
        const MARGIN: u64 = 1 << 10;
        let mut greatest = 0;
        let mut found = self.record_entries(&self.names.write);
        while let Some(page) = found.next().await? {
            greatest = page.iter().map(|entry| entry.version).fold(greatest, u64::max);
        }
        Ok(if greatest == 0 { 1 } else { epoch_of(greatest) + MARGIN })
    }
}

/// The last write where it is this owner's.
async fn own(shared: &Shared, holder: &str) -> Result<Option<Position>, WriteError> {
    let found = read(shared).await?.filter(|(document, _)| document.holder == holder);
    Ok(found.map(|(_, position)| position))
}

async fn write(
    shared: &Shared,
    document: &LeaseDocument,
    condition: Vec<(&'static str, String)>,
) -> Result<Position, WriteError> {
    let document = LedgerDocument::new("lease", document);
    let call = shared.put_in_ledger(ledger_id::WRITER, &document, condition)?;
    let call = Call { repeatable: false, deadline: Some(DEADLINE), ..call };
    let reply = shared.request("renewing the writer's lease", call).await?;
    match reply.status {
        200 | 201 => Ok(reply.json()?),
        404 => Err(gone(&shared.names.ledger)),
        409 => Err(taken(shared)),
        _ => Err(refused("the writer's lease cannot be written", &reply)),
    }
}

fn taken(shared: &Shared) -> WriteError {
    WriteError::LeaseTaken(shared.names.read.clone())
}
