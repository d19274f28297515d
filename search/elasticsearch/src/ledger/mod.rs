//! The ledger: one index of documents by their ids. A row for each object, what approves sweeps, the revision, the secret
//! of tokens, the writer's lease, the index builds.

mod approvals;
mod document;
mod receipts;
mod revision;
mod rows;
mod secret;
mod store;

pub(crate) use self::store::LedgerStore;
