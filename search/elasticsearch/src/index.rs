//! Life of the index: made where it is missing, by whoever comes first, and refused where it is not ours.
//!
//! ```text
//! <name>                   read alias: shown records only
//! <name>-write             write alias: all records
//! <name>-v6-000001         the index behind both; 6 is the format
//! <name>-v6-000001-write   alias of this index alone, for writes to several at once
//! <name>-ledger            a row for each object, the revision, the secret, the writer's lease
//! <name>-ledger-write      alias of the ledger, for writes
//! ```
//!
//! Engines make an index that is written to and missing, with a mapping of their own guess. So all writes go to an alias
//! and ask for one (`require_alias`): nothing but [`Shared::ensure`] and a reindex makes an index of ours.

use std::collections::{BTreeMap, HashMap};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wikimovie_domain::Revision;
use wikimovie_engine::{error::SearchError, indexed::FORMAT, writer::WriteError};

use super::{
    Shared,
    client::{Call, Reply},
    maintenance::gone,
    mapping::{self, field},
};

/// Names of what is ours in the cluster.
#[derive(Clone, Debug)]
pub(super) struct Names {
    pub(super) read: String,
    pub(super) write: String,
    pub(super) ledger: String,
    pub(super) ledger_write: String,
    first: String,
    /// Matches every index of ours of this format.
    all: String,
}

impl Names {
    pub(super) fn new(index: &str) -> Self {
        Self {
            read: index.to_owned(),
            write: [index, "-write"].concat(),
            ledger: [index, "-ledger"].concat(),
            ledger_write: [index, "-ledger-write"].concat(),
            first: format!("{index}-v{FORMAT}-000001"),
            all: format!("{index}-v{FORMAT}-*"),
        }
    }
}

/// The alias of one index alone.
pub(super) fn alias_of(index: &str) -> String {
    [index, "-write"].concat()
}

/// Asks that a write goes to an alias, so that it makes no index.
pub(super) fn require_alias() -> (&'static str, String) {
    ("require_alias", "true".to_owned())
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
    pub(super) key: Option<String>,
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
        Self { kind: kind.to_owned(), key: None, object: None, status: None, generation: None, data }
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
    /// There where the index itself is missing.
    #[serde(default)]
    pub(super) error: Option<Value>,
}

/// What is known of an index: what is looked at before it is used.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct IndexDescription {
    aliases: HashMap<String, AliasDescription>,
    mappings: MappingDescription,
    settings: SettingsDescription,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct AliasDescription {
    filter: Option<Value>,
    is_write_index: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct MappingDescription {
    #[serde(rename = "_meta")]
    meta: HashMap<String, Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SettingsDescription {
    index: IndexSettings,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct IndexSettings {
    uuid: String,
}

impl IndexDescription {
    /// An error where the index is not of our making, or of another format.
    fn check_format(&self, index: &str) -> Result<(), WriteError> {
        let problem = match self.mappings.meta.get(mapping::META).and_then(Value::as_u64) {
            Some(format) if format == u64::from(FORMAT) => return Ok(()),
            Some(format) => format!(
                "the index {index} has format {format}, this wikimovie reads format {FORMAT}; name another with WIKIMOVIE_INDEX, and load it"
            ),
            None => {
                format!("the index {index} was not created by wikimovie; name another with WIKIMOVIE_INDEX")
            }
        };
        Err(WriteError::Incompatible(problem))
    }

    fn shows_only_shown(&self, alias: &str) -> bool {
        let filter = self.aliases.get(alias).and_then(|alias| alias.filter.as_ref());
        let term = filter.and_then(|filter| filter.pointer(&["/term/", field::SHOWN].concat()));
        term.is_some_and(|term| term.get("value").unwrap_or(term) == &Value::Bool(true))
    }

    fn is_write_index(&self, alias: &str) -> bool {
        self.aliases.get(alias).is_some_and(|alias| alias.is_write_index == Some(true))
    }
}

/// Filter of the read alias.
pub(super) fn shown_filter() -> Value {
    json!({ "term": { field::SHOWN: { "value": true } } })
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
    /// Makes the indices and aliases that are missing, and sets aliases right that lead elsewhere. Any number of
    /// processes may do so at once, any number of times.
    pub(super) async fn ensure(&self) -> Result<(), WriteError> {
        let names = &self.names;
        if self.describe(&names.read).await?.is_empty() {
            let mut left = self.describe(&names.all).await?;
            // One that lost its aliases, as a snapshot may be restored; the newest where there are several.
            match left.pop_last() {
                Some((index, description)) => {
                    description.check_format(&index)?;
                    self.set_aliases(&index, &BTreeMap::new()).await?;
                }
                None => self.create(&names.first, &self.index_body(&names.first)).await?,
            }
        }
        let behind = self.describe(&names.read).await?;
        for (index, description) in &behind {
            description.check_format(index)?;
        }
        let (Some((index, description)), 1) = (behind.first_key_value(), behind.len()) else {
            return Err(WriteError::Incompatible(format!(
                "the alias {} leads to {} indices in place of one; leave it to the one in use",
                names.read,
                behind.len()
            )));
        };
        let writable = self.describe(&names.write).await?;
        let is_sound = description.shows_only_shown(&names.read)
            && description.is_write_index(&names.write)
            && description.aliases.contains_key(&alias_of(index))
            && writable.len() == 1;
        if !is_sound {
            tracing::warn!(index, "the aliases of the index are not as they were made; setting them right");
            self.set_aliases(index, &writable).await?;
        }
        self.ensure_ledger().await
    }

    async fn ensure_ledger(&self) -> Result<(), WriteError> {
        let (ledger, alias) = (&self.names.ledger, &self.names.ledger_write);
        if self.describe(ledger).await?.is_empty() {
            let mut body = mapping::ledger(self.replicas);
            if let Some(body) = body.as_object_mut() {
                body.insert("aliases".to_owned(), json!({ alias.clone(): {} }));
            }
            self.create(ledger, &body).await?;
        }
        for (index, description) in self.describe(ledger).await? {
            description.check_format(&index)?;
            if !description.aliases.contains_key(alias) {
                let action = json!({ "add": { "index": index, "alias": alias } });
                self.change_aliases(&[action]).await?;
            }
        }
        Ok(())
    }

    /// Body that creates an index of records which the aliases lead to.
    fn index_body(&self, index: &str) -> Value {
        let mut body = mapping::listings(self.shards, self.replicas);
        if let Some(body) = body.as_object_mut() {
            let aliases = json!({
                self.names.read.clone(): { "filter": shown_filter() },
                self.names.write.clone(): { "is_write_index": true },
                alias_of(index): {},
            });
            body.insert("aliases".to_owned(), aliases);
        }
        body
    }

    /// Lets the aliases lead to an index, and the write alias to none of the others.
    async fn set_aliases(
        &self,
        index: &str,
        writable: &BTreeMap<String, IndexDescription>,
    ) -> Result<(), WriteError> {
        let (read, write) = (&self.names.read, &self.names.write);
        let others = writable.keys().filter(|other| *other != index);
        let mut actions: Vec<Value> =
            others.map(|other| json!({ "remove": { "index": other, "alias": write } })).collect();
        actions.extend([
            json!({ "add": { "index": index, "alias": read, "filter": shown_filter() } }),
            json!({ "add": { "index": index, "alias": write, "is_write_index": true } }),
            json!({ "add": { "index": index, "alias": alias_of(index) } }),
        ]);
        self.change_aliases(&actions).await
    }

    /// Changes aliases, all in one step.
    pub(super) async fn change_aliases(&self, actions: &[Value]) -> Result<(), WriteError> {
        let call = Call::post("/_aliases".to_owned(), &json!({ "actions": actions }))?;
        let reply = self.request("setting the aliases", call).await?;
        if reply.status == 200 { Ok(()) } else { Err(refused("the aliases cannot be switched", &reply)) }
    }

    /// The indices that a name leads to, by their own names; none where it is missing.
    async fn describe(&self, name: &str) -> Result<BTreeMap<String, IndexDescription>, WriteError> {
        let parts = "*.aliases,*.mappings._meta,*.settings.index.uuid";
        let call = Call { query: vec![("filter_path", parts.to_owned())], ..Call::get(format!("/{name}")) };
        let reply = self.request("describing the index", call).await?;
        match reply.status {
            200 => Ok(reply.json()?),
            404 => Ok(BTreeMap::new()),
            _ => Err(refused("the index cannot be described", &reply)),
        }
    }

    /// Whether a name leads to an index.
    pub(super) async fn exists(&self, name: &str) -> Result<bool, WriteError> {
        Ok(!self.describe(name).await?.is_empty())
    }

    /// Which of index and ledger are missing.
    pub(super) async fn missing(&self) -> Result<Vec<String>, WriteError> {
        let mut missing = Vec::new();
        for name in [&self.names.read, &self.names.ledger] {
            if !self.exists(name).await? {
                missing.push(name.clone());
            }
        }
        Ok(missing)
    }

    /// The unique ids of the indices that these names lead to: an index that is made anew under its name has another.
    pub(super) async fn identity(&self, names: &[String]) -> Result<BTreeMap<String, String>, WriteError> {
        let mut identity = BTreeMap::new();
        for name in names {
            let found = self.describe(name).await?;
            if found.is_empty() {
                return Err(gone(name));
            }
            identity.extend(found.into_iter().map(|(index, found)| (index, found.settings.index.uuid)));
        }
        Ok(identity)
    }

    async fn create(&self, index: &str, body: &Value) -> Result<(), WriteError> {
        #[derive(Deserialize)]
        struct Rejection {
            error: RejectionCause,
        }
        #[derive(Deserialize)]
        struct RejectionCause {
            #[serde(rename = "type")]
            kind: String,
        }
        /// What an engine calls an index that is there already.
        const EXISTS: &str = "resource_already_exists_exception";
        let reply = self.request("making an index", Call::put(format!("/{index}"), body)?).await?;
        match reply.status {
            200 | 201 => Ok(()),
            // Somebody else was faster. Whether it is ours is looked at next.
            400 if reply.json::<Rejection>().is_ok_and(|rejection| rejection.error.kind == EXISTS) => Ok(()),
            _ => Err(refused("the index cannot be created", &reply)),
        }
    }

    /// A call that writes a document of the ledger.
    pub(super) fn put_in_ledger(
        &self,
        id: &str,
        document: &impl Serialize,
        query: Vec<(&'static str, String)>,
    ) -> Result<Call, WriteError> {
        let path = format!("/{}/_doc/{id}", self.names.ledger_write);
        let query = query.into_iter().chain([require_alias()]).collect();
        Ok(Call { query, ..Call::put(path, document)? })
    }

    /// An error where an answer of the ledger says that it is not there.
    pub(super) fn check_ledger<T>(&self, read: Read<T>) -> Result<Read<T>, WriteError> {
        if read.error.is_some() { Err(gone(&self.names.ledger)) } else { Ok(read) }
    }

    /// The secret that all replicas share, made by the first.
    pub(super) async fn shared_secret(&self) -> Result<Vec<u8>, WriteError> {
        let path = format!("/{}/_doc/{}", self.names.ledger, ledger_id::SECRET);
        let made = |engine: &str| WriteError::Engine(engine.to_owned());
        for _ in 0..2 {
            let reply = self.request("reading the secret", Call::get(path.clone())).await?;
            let read: Read<LedgerDocument<Secret>> = self.check_ledger(reply.json()?)?;
            if let Some(found) = read.source {
                return STANDARD
                    .decode(found.data.secret)
                    .map_err(|_| made("the secret stored in the cluster is malformed"));
            }
            let mut secret = [0; 32];
            getrandom::fill(&mut secret).map_err(|error| WriteError::Engine(error.to_string()))?;
            let document = LedgerDocument::new("secret", Secret { secret: STANDARD.encode(secret) });
            let query = vec![("op_type", "create".to_owned())];
            let call = self.put_in_ledger(ledger_id::SECRET, &document, query)?;
            // 409: another replica was faster; then its secret is read.
            let reply = self.request("keeping the secret", call).await?;
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
        if read.error.is_some() {
            tracing::debug!(ledger = self.names.ledger, "the ledger is gone");
            return Err(SearchError::Unavailable);
        }
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
        let settings: HashMap<String, Value> = settings.json()?;
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
