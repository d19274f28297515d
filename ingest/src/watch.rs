//! Keeps the catalogue equal to a folder: a change is seen in search within a second.
//!
//! The system tells of changes; after 100 ms without news (at most 500 ms after the first) the folder is looked at
//! as a whole. Since news can be lost, it is also looked at every 30 s, and every second where the system tells
//! nothing. A file seen half copied is read as far as it goes and read again at its next news.

use std::{
    collections::HashSet,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use notify::{
    EventKind, RecommendedWatcher, RecursiveMode, Watcher as _,
    event::{AccessKind, AccessMode},
};
use wikimovie_engine::CatalogWriter;

use crate::{
    error::IngestError,
    folder::Folder,
    sync::{Change, Problem, SyncReport, sync},
};

/// Quiet time that ends a burst of news.
const QUIET: Duration = Duration::from_millis(100);

/// Longest wait for that quiet: half of the second that is promised.
const LONGEST_BURST: Duration = Duration::from_millis(500);

/// Time between two looks without news.
const RESCAN: Duration = Duration::from_secs(30);

/// The same where the system tells no news, and after a failure.
const RESCAN_SOON: Duration = Duration::from_secs(1);

/// A folder being watched, on a thread of its own.
#[derive(Debug)]
pub struct Watcher {
    wake: SyncSender<()>,
    stopping: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Watcher {
    /// Starts to watch. The folder is looked at once at the start; `tell` hears of each look.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start(
        folder: Folder,
        writer: Box<dyn CatalogWriter>,
        tell: impl FnMut(&Result<SyncReport, IngestError>) + Send + 'static,
    ) -> io::Result<Self> {
        let stopping = Arc::new(AtomicBool::new(false));
        // One waiting signal says as much as many.
        let (wake, woken) = sync_channel(1);
        let news = wake.clone();
        let mut task = Task {
            folder,
            writer,
            tell: Box::new(tell),
            stopping: Arc::clone(&stopping),
            known_problems: HashSet::new(),
        };
        let thread =
            thread::Builder::new().name("watch".to_owned()).spawn(move || task.run(&news, &woken))?;
        Ok(Self { wake, stopping, thread })
    }

    /// Ends the watching after the look that may be under way.
    pub fn stop(self) {
        self.stopping.store(true, Ordering::SeqCst);
        let _ = self.wake.try_send(());
        if self.thread.join().is_err() {
            tracing::error!("the watcher of the folder panicked");
        }
    }
}

type Tell = Box<dyn FnMut(&Result<SyncReport, IngestError>) + Send>;

struct Task {
    folder: Folder,
    writer: Box<dyn CatalogWriter>,
    tell: Tell,
    stopping: Arc<AtomicBool>,
    /// Problems that were logged, so that a lasting one is logged once.
    known_problems: HashSet<Problem>,
}

impl Task {
    fn run(&mut self, news: &SyncSender<()>, woken: &Receiver<()>) {
        let mut hearing = self.hear(news);
        loop {
            let synced = self.look();
            let soon = !synced || hearing.is_none();
            match woken.recv_timeout(if soon { RESCAN_SOON } else { RESCAN }) {
                Ok(()) => {
                    if !self.stopping.load(Ordering::SeqCst) {
                        wait_for_quiet(woken);
                    }
                }
                // A folder removed and made again, or moved, is heard of no more: listen anew.
                Err(RecvTimeoutError::Timeout) => {
                    drop(hearing);
                    hearing = self.hear(news);
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if self.stopping.load(Ordering::SeqCst) {
                return;
            }
        }
    }

    /// Asks the system for news of the folder.
    fn hear(&self, news: &SyncSender<()>) -> Option<RecommendedWatcher> {
        let news = news.clone();
        let handler = move |event: notify::Result<notify::Event>| {
            if event.is_err() || event.is_ok_and(|event| is_news(event.kind)) {
                // Full means that a signal waits already.
                let _ = news.try_send(());
            }
        };
        let listening = notify::recommended_watcher(handler).and_then(|mut watcher| {
            watcher.watch(self.folder.root(), RecursiveMode::Recursive)?;
            Ok(watcher)
        });
        match listening {
            Ok(watcher) => Some(watcher),
            Err(error) => {
                tracing::warn!(
                    folder = %self.folder.root().display(), %error,
                    "no change events for this folder; it is polled every second"
                );
                None
            }
        }
    }

    fn look(&mut self) -> bool {
        let started = Instant::now();
        let result = sync(&mut *self.writer, &self.folder, &mut |_| {});
        match &result {
            Ok(report) => self.log(report, started.elapsed()),
            Err(error) => {
                tracing::error!(%error, "the watched folder could not be applied; retrying");
            }
        }
        (self.tell)(&result);
        result.is_ok()
    }

    fn log(&mut self, report: &SyncReport, took: Duration) {
        for applied in report.changes() {
            let receipt = &applied.receipt;
            let what = match applied.change {
                Change::Removed | Change::Held => "file removed",
                Change::Applied | Change::Unchanged => "file applied",
            };
            tracing::info!(
                object = receipt.object,
                accepted = receipt.accepted,
                changed = receipt.changed,
                merged = receipt.merged,
                refused = receipt.refused,
                removed = receipt.removed,
                took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                "{what}"
            );
        }
        let kept = report.kept.iter().map(|kept| &kept.problem);
        let problems: HashSet<Problem> = report.problems.iter().chain(kept).cloned().collect();
        for problem in problems.difference(&self.known_problems) {
            tracing::warn!(object = problem.object, "{}; retrying", problem.message);
        }
        self.known_problems = problems;
    }
}

/// Whether news can mean a change. Reading files makes news, too, which must not wake us: we read them ourselves.
fn is_news(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(access) => access == AccessKind::Close(AccessMode::Write),
        EventKind::Any
        | EventKind::Create(_)
        | EventKind::Modify(_)
        | EventKind::Remove(_)
        | EventKind::Other => true,
    }
}

fn wait_for_quiet(woken: &Receiver<()>) {
    let end = Instant::now() + LONGEST_BURST;
    while woken.recv_timeout(QUIET.min(end.saturating_duration_since(Instant::now()))).is_ok() {}
}
