//! Life of the index and the ledger: created where they are missing, by whoever comes first, and refused where they are
//! not ours.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use serde::Serialize;
use wikimovie_elasticsearch_dsl::{
    Alias, AliasAction, AliasActions, ClusterInfo, CreateIndex, ErrorResponse, INDEX_EXISTS, IndexDescription,
};
use wikimovie_engine::{SearchError, indexed::FORMAT, writer::WriteError};

use crate::{
    client::{Call, Client, Reply},
    mapping::{self, META, field},
    names::{Names, alias_of},
    write_calls::{gone, refused},
};

/// The indices and aliases of one catalogue.
#[derive(Clone, Debug)]
pub(crate) struct IndexStore {
    client: Client,
    names: Arc<Names>,
    shards: u32,
    replicas: u32,
}

impl IndexStore {
    /// Those of these names; what is missing is created with so many shards and replicas.
    pub(crate) fn new(client: Client, names: Arc<Names>, shards: u32, replicas: u32) -> Self {
        Self { client, names, shards, replicas }
    }

    /// Creates the indices and aliases that are missing, and sets aliases right that lead elsewhere. Any number of
    /// processes may do so at once, any number of times.
    pub(crate) async fn ensure(&self) -> Result<(), WriteError> {
        let names = &self.names;
        if self.describe(&names.read).await?.is_empty() {
            let mut left = self.describe(&names.all).await?;
            // One that lost its aliases, as a snapshot may be restored; the newest where there are several.
            match left.pop_last() {
                Some((index, description)) => {
                    check_format(&index, &description)?;
                    self.set_aliases(&index, &BTreeMap::new()).await?;
                }
                None => self.create(&names.first, &self.used_index(&names.first)).await?,
            }
        }
        let behind = self.describe(&names.read).await?;
        for (index, description) in &behind {
            check_format(index, description)?;
        }
        let (Some((index, description)), 1) = (behind.first_key_value(), behind.len()) else {
            return Err(WriteError::Incompatible(format!(
                "the alias {} leads to {} indices in place of one; leave it to the one in use",
                names.read,
                behind.len()
            )));
        };
        let writable = self.describe(&names.write).await?;
        let is_sound = description.is_filtered_by(&names.read, field::SHOWN)
            && description.is_write_index(&names.write)
            && description.has_alias(&alias_of(index))
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
            body.aliases.insert(alias.clone(), Alias::default());
            self.create(ledger, &body).await?;
        }
        for (index, description) in self.describe(ledger).await? {
            check_format(&index, &description)?;
            if !description.has_alias(alias) {
                self.change_aliases(vec![AliasAction::add(&index, alias, Alias::default())]).await?;
            }
        }
        Ok(())
    }

    /// An index of records that the aliases lead to.
    fn used_index(&self, index: &str) -> CreateIndex {
        let mut body = mapping::records(self.shards, self.replicas);
        body.aliases = BTreeMap::from([
            (self.names.read.clone(), read_alias()),
            (self.names.write.clone(), write_alias()),
            (alias_of(index), Alias::default()),
        ]);
        body
    }

    /// Creates an empty index that only its own alias leads to; one of that name is the rest of a build that was given up.
    pub(crate) async fn create_build(&self, index: &str) -> Result<(), WriteError> {
        self.delete(index).await?;
        let mut body = mapping::records(self.shards, self.replicas);
        body.aliases.insert(alias_of(index), Alias::default());
        self.create(index, &body).await
    }

    /// Lets the aliases lead to an index, and the write alias to none of the others.
    async fn set_aliases(
        &self,
        index: &str,
        writable: &BTreeMap<String, IndexDescription>,
    ) -> Result<(), WriteError> {
        let (read, write) = (&self.names.read, &self.names.write);
        let others = writable.keys().filter(|other| *other != index);
        let mut actions: Vec<AliasAction> = others.map(|other| AliasAction::remove(other, write)).collect();
        actions.extend([
            AliasAction::add(index, read, read_alias()),
            AliasAction::add(index, write, write_alias()),
            AliasAction::add(index, &alias_of(index), Alias::default()),
        ]);
        self.change_aliases(actions).await
    }

    /// Moves the aliases from one index to another in one step.
    pub(crate) async fn switch(&self, from: &str, to: &str) -> Result<(), WriteError> {
        let (read, write) = (&self.names.read, &self.names.write);
        self.change_aliases(vec![
            AliasAction::remove(from, read),
            AliasAction::remove(from, write),
            AliasAction::add(to, read, read_alias()),
            AliasAction::add(to, write, write_alias()),
        ])
        .await
    }

    async fn change_aliases(&self, actions: Vec<AliasAction>) -> Result<(), WriteError> {
        const OPERATION: &str = "setting the aliases";
        let call = Call::post("/_aliases".to_owned(), &AliasActions { actions })?;
        let reply = self.client.request(OPERATION, call).await?;
        if reply.status == 200 { Ok(()) } else { Err(refused(OPERATION, &reply)) }
    }

    /// The indices that a name leads to, by their own names; none where it is missing.
    async fn describe(&self, name: &str) -> Result<BTreeMap<String, IndexDescription>, WriteError> {
        const OPERATION: &str = "describing the index";
        let parts = "*.aliases,*.mappings._meta,*.settings.index.uuid";
        let call = Call { query: vec![("filter_path", parts.to_owned())], ..Call::get(format!("/{name}")) };
        let reply = self.client.request(OPERATION, call).await?;
        match reply.status {
            200 => Ok(reply.json()?),
            404 => Ok(BTreeMap::new()),
            _ => Err(refused(OPERATION, &reply)),
        }
    }

    /// Whether a name leads to an index.
    pub(crate) async fn exists(&self, name: &str) -> Result<bool, WriteError> {
        Ok(!self.describe(name).await?.is_empty())
    }

    /// Which of index and ledger are missing.
    pub(crate) async fn missing(&self) -> Result<Vec<String>, WriteError> {
        let mut missing = Vec::new();
        for name in [&self.names.read, &self.names.ledger] {
            if !self.exists(name).await? {
                missing.push(name.clone());
            }
        }
        Ok(missing)
    }

    /// The index behind the read alias.
    pub(crate) async fn in_use(&self) -> Result<String, WriteError> {
        let mut names = self.describe(&self.names.read).await?.into_keys();
        match (names.next(), names.next()) {
            (Some(index), None) => Ok(index),
            _ => Err(WriteError::Incompatible(format!(
                "the alias {} does not point to exactly one index",
                self.names.read
            ))),
        }
    }

    /// The unique ids of the indices that these names lead to: an index that is created again under its name has another.
    pub(crate) async fn identity(&self, names: &[String]) -> Result<BTreeMap<String, String>, WriteError> {
        let mut identity = BTreeMap::new();
        for name in names {
            let found = self.describe(name).await?;
            if found.is_empty() {
                return Err(gone(name));
            }
            identity.extend(found.into_iter().map(|(index, found)| (index, found.uuid().to_owned())));
        }
        Ok(identity)
    }

    async fn create(&self, index: &str, body: &impl Serialize) -> Result<(), WriteError> {
        const OPERATION: &str = "creating an index";
        let reply = self.client.request(OPERATION, Call::put(format!("/{index}"), body)?).await?;
        match reply.status {
            200 | 201 => Ok(()),
            // Somebody else was faster. Whether it is ours is looked at next.
            400 if is_existing(&reply) => Ok(()),
            _ => Err(refused(OPERATION, &reply)),
        }
    }

    /// Deletes an index, if it is there.
    pub(crate) async fn delete(&self, index: &str) -> Result<(), WriteError> {
        const OPERATION: &str = "deleting an index";
        let call = Call { method: http::Method::DELETE, ..Call::get(format!("/{index}")) };
        let reply = self.client.request(OPERATION, call).await?;
        if matches!(reply.status, 200 | 404) { Ok(()) } else { Err(refused(OPERATION, &reply)) }
    }

    /// Shards of the index, and name and version of the engine.
    pub(crate) async fn about(&self) -> Result<(u32, String), SearchError> {
        let ClusterInfo { version } = self.client.send(Call::get("/".to_owned())).await?.json()?;
        let is_opensearch = version.distribution.as_deref() == Some("opensearch");
        let name = if is_opensearch { "OpenSearch" } else { "Elasticsearch" };
        let settings = self.client.send(Call::get(format!("/{}/_settings", self.names.read))).await?;
        if settings.status == 404 {
            return Err(SearchError::Unavailable);
        }
        let indices: HashMap<String, IndexDescription> = settings.json()?;
        let shards = indices.values().map(IndexDescription::shards).sum();
        Ok((shards, [name, " ", version.number.as_str()].concat()))
    }
}

/// An error where an index is not of our making, or of another format.
fn check_format(index: &str, description: &IndexDescription) -> Result<(), WriteError> {
    let problem = match description.meta(META) {
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

/// Whether an index could not be created because it exists.
fn is_existing(reply: &Reply) -> bool {
    let rejection: Result<ErrorResponse, _> = reply.json();
    rejection.is_ok_and(|rejection| rejection.error.kind() == INDEX_EXISTS)
}

fn read_alias() -> Alias {
    Alias { filter: Some(mapping::shown()), is_write_index: None }
}

fn write_alias() -> Alias {
    Alias { filter: None, is_write_index: Some(true) }
}
