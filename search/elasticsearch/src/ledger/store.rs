//! Documents of the ledger by their ids.

use std::sync::Arc;

use serde::{Serialize, de::DeserializeOwned};
use wikimovie_elasticsearch_dsl::{GetResponse, WritePosition};
use wikimovie_engine::writer::WriteError;

use super::document::LedgerDocument;
use crate::{
    client::{Call, Client},
    names::{Names, require_alias},
    write_calls::{gone, refused},
};

/// The ledger of one catalogue. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct LedgerStore {
    pub(super) client: Client,
    pub(super) names: Arc<Names>,
}

impl LedgerStore {
    pub(crate) fn new(client: Client, names: Arc<Names>) -> Self {
        Self { client, names }
    }

    /// Name of the ledger.
    pub(crate) fn name(&self) -> &str {
        &self.names.ledger
    }

    /// Name of the catalogue that it is the ledger of.
    pub(crate) fn catalogue(&self) -> &str {
        &self.names.read
    }

    /// A call that reads a document.
    pub(crate) fn read_call(&self, id: &str) -> Call {
        Call::get(format!("/{}/_doc/{id}", self.names.ledger))
    }

    /// A call that writes a document; `query` holds its version or condition.
    pub(crate) fn write_call(
        &self,
        id: &str,
        kind: &str,
        data: &impl Serialize,
        query: Vec<(&'static str, String)>,
    ) -> Result<Call, WriteError> {
        let path = format!("/{}/_doc/{id}", self.names.ledger_write);
        let query = query.into_iter().chain([require_alias()]).collect();
        Ok(Call { query, ..Call::put(path, &LedgerDocument::new(kind, data))? })
    }

    /// Sends a [`LedgerStore::read_call`]. Returns the document, if there is one, and where it was last written.
    pub(crate) async fn read<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        call: Call,
    ) -> Result<Option<(T, WritePosition)>, WriteError> {
        let reply = self.client.request(operation, call).await?;
        let read: GetResponse<LedgerDocument<T>> = reply.json()?;
        if read.error.is_some() {
            return Err(gone(self.name()));
        }
        let position = read.position();
        Ok(read.source.map(|document| (document.data, position)))
    }

    /// Sends a [`LedgerStore::write_call`]; `None` where its version or condition does not allow it.
    pub(crate) async fn write(
        &self,
        operation: &'static str,
        call: Call,
    ) -> Result<Option<WritePosition>, WriteError> {
        let reply = self.client.request(operation, call).await?;
        match reply.status {
            200 | 201 => Ok(Some(reply.json()?)),
            409 => Ok(None),
            404 => Err(gone(self.name())),
            _ => Err(refused(operation, &reply)),
        }
    }

    /// The document of this id.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        id: &str,
    ) -> Result<Option<T>, WriteError> {
        let found = self.read(operation, self.read_call(id)).await?;
        Ok(found.map(|(data, _)| data))
    }

    /// Writes the document of this id, whatever is there.
    pub(crate) async fn put(
        &self,
        operation: &'static str,
        id: &str,
        kind: &str,
        data: &impl Serialize,
    ) -> Result<(), WriteError> {
        self.write(operation, self.write_call(id, kind, data, Vec::new())?).await.map(|_| ())
    }

    /// Makes rows visible to searches.
    pub(crate) async fn refresh(&self) -> Result<(), WriteError> {
        self.client.refresh(std::slice::from_ref(&self.names.ledger)).await
    }
}
