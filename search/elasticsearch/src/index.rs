//! Life of the index: made where it is missing, by whoever comes first, and refused where it is not ours.
//!
//! ```text
//! <name>               read alias: shown listings only
//! <name>-write         write alias: all listings
//! <name>-v4-000001     the index behind both; 4 is the format
//! <name>-ledger        a row for each object, the revision, the secret, the writer's hold
//! ```

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wikimovie_domain::Revision;
use wikimovie_engine::{error::SearchError, indexed::FORMAT, writer::WriteError};

use super::{
    Shared,
    client::{Call, Reply},
    mapping::{self, field},
};

/// Names of what is ours in the cluster.
#[derive(Clone, Debug)]
pub(super) struct Names {
    pub(super) read: String,
    pub(super) write: String,
    pub(super) ledger: String,
    first: String,
}

impl Names {
    pub(super) fn new(index: &str) -> Self {
        Self {
            read: index.to_owned(),
            write: [index, "-write"].concat(),
            ledger: [index, "-ledger"].concat(),
            first: format!("{index}-v{FORMAT}-000001"),
        }
    }
}

/// Ids of what the ledger holds besides rows.
pub(super) mod ledger_id {
    pub(in super::super) const REVISION: &str = "revision";
    pub(in super::super) const SECRET: &str = "secret";
    pub(in super::super) const WRITER: &str = "writer";
}

/// A document of the ledger.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LedgerDocument<T> {
    pub(super) kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) object: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) generation: Option<u64>,
    pub(super) data: T,
}

impl<T> LedgerDocument<T> {
    pub(super) fn new(kind: &str, data: T) -> Self {
        Self { kind: kind.to_owned(), object: None, status: None, generation: None, data }
    }
}

/// A document read by its id, with what a compare-and-set needs.
#[derive(Debug, Deserialize)]
pub(super) struct Read<T> {
    #[serde(rename = "_source")]
    pub(super) source: Option<T>,
    #[serde(rename = "_seq_no", default)]
    pub(super) seq_no: u64,
    #[serde(rename = "_primary_term", default)]
    pub(super) primary_term: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Secret {
    secret: String,
}

/// The revision as the ledger holds it.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct StoredRevision {
    number: u64,
    as_of_ms: u64,
    movies: u64,
}

impl From<StoredRevision> for Revision {
    fn from(stored: StoredRevision) -> Self {
        Self { number: stored.number, as_of_ms: stored.as_of_ms, movies: stored.movies }
    }
}

impl From<Revision> for StoredRevision {
    fn from(revision: Revision) -> Self {
        Self { number: revision.number, as_of_ms: revision.as_of_ms, movies: revision.movies }
    }
}

impl Shared {
    /// Makes the indices that are missing. Any number of processes may do so at once, any number of times.
    pub(super) async fn ensure(&self) -> Result<(), WriteError> {
        let names = &self.names;
        let aliases = json!({
            names.read.clone(): { "filter": { "term": { field::SHOWN: { "value": true } } } },
            names.write.clone(): { "is_write_index": true },
        });
        if !self.is_ours(&names.read).await? {
            let mut body = mapping::listings(self.shards, self.replicas);
            if let Some(body) = body.as_object_mut() {
                body.insert("aliases".to_owned(), aliases);
            }
            self.create(&names.first, &body).await?;
            if !self.is_ours(&names.read).await? {
                return Err(WriteError::Incompatible(format!(
                    "the index {} exists, but the alias {} does not point to it",
                    names.first, names.read
                )));
            }
        }
        if !self.is_ours(&names.ledger).await? {
            self.create(&names.ledger, &mapping::ledger(self.replicas)).await?;
        }
        Ok(())
    }

    /// Whether there is such an index or alias; an error where it is there and not of our making.
    async fn is_ours(&self, name: &str) -> Result<bool, WriteError> {
        let reply = self.client.send(Call::get(format!("/{name}/_mapping"))).await?;
        if reply.status == 404 {
            return Ok(false);
        }
        let indices: std::collections::HashMap<String, Value> = reply.json()?;
        for (index, mapping) in indices {
            let format = mapping.pointer("/mappings/_meta").and_then(|meta| meta.get(mapping::META));
            let problem = match format.and_then(Value::as_u64) {
                Some(format) if format == u64::from(FORMAT) => continue,
                Some(format) => format!(
                    "the index {index} has format {format}, this wikimovie reads format {FORMAT}; name another with WIKIMOVIE_INDEX, and load it"
                ),
                None => {
                    format!("the index {index} was not made by wikimovie; name another with WIKIMOVIE_INDEX")
                }
            };
            return Err(WriteError::Incompatible(problem));
        }
        Ok(true)
    }

    async fn create(&self, index: &str, body: &Value) -> Result<(), WriteError> {
        let reply = self.client.send(Call::put(format!("/{index}"), body)?).await?;
        // 400: somebody else was faster. Whether it is ours is looked at next.
        match reply.status {
            200 | 201 => Ok(()),
            400 if String::from_utf8_lossy(&reply.body).contains("already_exists") => Ok(()),
            _ => Err(refused("the index cannot be created", &reply)),
        }
    }

    /// The secret that all replicas share, made by the first.
    pub(super) async fn shared_secret(&self) -> Result<Vec<u8>, WriteError> {
        let path = format!("/{}/_doc/{}", self.names.ledger, ledger_id::SECRET);
        let made = |engine: &str| WriteError::Engine(engine.to_owned());
        for _ in 0..2 {
            let reply = self.client.send(Call::get(path.clone())).await?;
            let read: Read<LedgerDocument<Secret>> = reply.json()?;
            if let Some(found) = read.source {
                return STANDARD
                    .decode(found.data.secret)
                    .map_err(|_| made("the secret stored in the cluster is malformed"));
            }
            let mut secret = [0; 32];
            getrandom::fill(&mut secret).map_err(|error| WriteError::Engine(error.to_string()))?;
            let document = LedgerDocument::new("secret", Secret { secret: STANDARD.encode(secret) });
            let create = format!("/{}/_create/{}", self.names.ledger, ledger_id::SECRET);
            // 409: another replica was faster; then its secret is read.
            let reply = self.client.send(Call::put(create, &document)?).await?;
            if !matches!(reply.status, 200 | 201 | 409) {
                return Err(refused("the secret cannot be stored", &reply));
            }
        }
        Err(made("the secret cannot be read back"))
    }

    /// The newest revision.
    pub(super) async fn stored_revision(&self) -> Result<Revision, SearchError> {
        let path = format!("/{}/_doc/{}", self.names.ledger, ledger_id::REVISION);
        let reply = self.client.send(Call::get(path)).await?;
        let read: Read<LedgerDocument<StoredRevision>> = reply.json()?;
        Ok(read.source.map(|found| found.data.into()).unwrap_or_default())
    }

    /// Shards of the index, and what the cluster says of itself.
    pub(super) async fn about(&self) -> Result<(u32, String), SearchError> {
        #[derive(Deserialize)]
        struct About {
            version: Version,
        }
        #[derive(Deserialize)]
        struct Version {
            number: String,
            #[serde(default)]
            distribution: Option<String>,
        }
        let About { version } = self.client.send(Call::get("/".to_owned())).await?.json()?;
        let name = if version.distribution.as_deref() == Some("opensearch") {
            "OpenSearch"
        } else {
            "Elasticsearch"
        };
        let settings = self.client.send(Call::get(format!("/{}/_settings", self.names.read))).await?;
        let settings: std::collections::HashMap<String, Value> = settings.json()?;
        let shards = settings.values().filter_map(|index| index.pointer("/settings/index/number_of_shards"));
        let shards = shards.filter_map(|shards| shards.as_str()?.parse::<u32>().ok()).sum();
        Ok((shards, [name, " ", version.number.as_str()].concat()))
    }
}

/// What a cluster says when it does not do what it was asked; for the log.
pub(super) fn refused(what: &str, reply: &Reply) -> WriteError {
    const SHOWN_CHARS: usize = 500;
    let said: String = String::from_utf8_lossy(&reply.body).chars().take(SHOWN_CHARS).collect();
    WriteError::Engine(format!("{what}: status {}, {said}", reply.status))
}
