//! Follows the manifest's file: a new one is read and takes the place of the old one; a bad one is told and leaves it.

use std::{
    fs,
    path::Path,
    sync::PoisonError,
    time::{Duration, SystemTime},
};

use metrics::{counter, gauge};

use super::{Documents, Manifest};

/// Time between two looks at the file. Looking is what works on every file system: a mounted ConfigMap changes by a
/// link swapped above it, of which its own folder hears nothing.
const LOOK: Duration = Duration::from_secs(2);

/// What tells one content of a file from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    modified: SystemTime,
    bytes: u64,
}

impl Stamp {
    pub(super) fn of(path: &Path) -> Option<Self> {
        let file = fs::metadata(path).ok()?;
        Some(Self { modified: file.modified().ok()?, bytes: file.len() })
    }
}

impl Documents {
    /// Follows the manifest for ever; returns at once where there is none. To be run as a task beside the gateway.
    pub async fn follow(self) {
        if self.shared.settings.manifest.is_none() {
            return;
        }
        loop {
            tokio::time::sleep(LOOK).await;
            let documents = self.clone();
            // Files may lie on a network.
            if tokio::task::spawn_blocking(move || documents.look()).await.is_err() {
                tracing::error!("the manifest of trusted documents is no longer watched");
                return;
            }
        }
    }

    /// Reads the manifest again where its file has changed.
    pub(super) fn look(&self) {
        let shared = &self.shared;
        let Some(path) = &shared.settings.manifest else { return };
        gauge!("wikimovie_trusted_documents").set(self.trusted() as f64);
        let stamp = Stamp::of(path);
        {
            let mut seen = shared.seen.lock().unwrap_or_else(PoisonError::into_inner);
            if *seen == stamp {
                return;
            }
            *seen = stamp;
        }
        let result = match Manifest::read(path) {
            Ok(manifest) => {
                tracing::info!(documents = manifest.len(), "reloaded the manifest of trusted documents");
                shared.trusted.store(manifest.into());
                "ok"
            }
            Err(error) => {
                tracing::error!(%error, "the manifest cannot be reloaded; the previous one stays in use");
                "error"
            }
        };
        counter!("wikimovie_trusted_documents_reloads_total", "result" => result).increment(1);
    }
}
