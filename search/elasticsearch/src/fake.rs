//! A cluster in memory for unit tests: documents with versions, bulk writes, searches that see what was refreshed. It
//! knows as much of the APIs as this crate asks of them.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use async_trait::async_trait;
use serde_json::{Value, json};
use wikimovie_elasticsearch_client::Reply;
use wikimovie_engine::indexed::FORMAT;

use crate::{
    client::{Call, Client, ClientError, RequestBody, Transport},
    mapping::META,
    stores::Stores,
};

/// Name of the catalogue.
pub(crate) const CATALOGUE: &str = "movies";

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// It does not reach the cluster.
    Unreachable,
    /// It is done, and nobody hears of it.
    AnswerLost,
}

/// A document.
#[derive(Clone, Debug)]
pub(crate) struct Doc {
    pub(crate) version: u64,
    seq_no: u64,
    pub(crate) source: Value,
}

/// An index: what is stored, and what of it searches see.
#[derive(Clone, Debug, Default)]
struct Index {
    stored: BTreeMap<String, Doc>,
    /// Versions of deleted documents.
    deleted: BTreeMap<String, u64>,
    visible: BTreeMap<String, Doc>,
}

#[derive(Debug, Default)]
struct State {
    indices: BTreeMap<String, Index>,
    writes: u64,
    faults: VecDeque<Fault>,
    down: bool,
    delay: Duration,
    calls: Vec<String>,
}

/// The cluster.
#[derive(Debug, Default)]
pub(crate) struct FakeCluster(Mutex<State>);

impl FakeCluster {
    /// A cluster with an empty catalogue.
    pub(crate) fn new() -> Arc<Self> {
        let fake = Self::default();
        for index in [CATALOGUE, "movies-ledger"] {
            fake.state().indices.insert(index.to_owned(), Index::default());
        }
        Arc::new(fake)
    }

    /// The catalogue's stores.
    pub(crate) fn stores(self: &Arc<Self>) -> Stores {
        let transport = Arc::clone(self) as Arc<dyn Transport>;
        Stores::new(Client::over(transport, Duration::from_secs(1)), CATALOGUE, 1, 0)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Lets the next calls fail.
    pub(crate) fn fail(&self, faults: impl IntoIterator<Item = Fault>) {
        self.state().faults.extend(faults);
    }

    /// Lets all calls fail, or none.
    pub(crate) fn set_down(&self, down: bool) {
        self.state().down = down;
    }

    /// Lets each answer come so long after its call is done.
    pub(crate) fn set_delay(&self, delay: Duration) {
        self.state().delay = delay;
    }

    /// Adds an empty index.
    pub(crate) fn create(&self, index: &str) {
        self.state().indices.insert(index.to_owned(), Index::default());
    }

    /// Deletes an index.
    pub(crate) fn delete(&self, index: &str) {
        self.state().indices.remove(index);
    }

    /// Stores a document as somebody else would.
    pub(crate) fn set(&self, index: &str, id: &str, version: u64, source: Value) {
        let state = &mut *self.state();
        state.writes += 1;
        let doc = Doc { version, seq_no: state.writes, source };
        let index = state.indices.get_mut(index).unwrap();
        index.stored.insert(id.to_owned(), doc);
        index.visible = index.stored.clone();
    }

    /// A document as it is stored.
    pub(crate) fn get(&self, index: &str, id: &str) -> Option<Doc> {
        self.state().indices.get(index)?.stored.get(id).cloned()
    }

    /// All documents of an index as they are stored.
    pub(crate) fn all(&self, index: &str) -> Vec<Doc> {
        self.state().indices[index].stored.values().cloned().collect()
    }

    /// Calls of an API so far, such as `_mget`.
    pub(crate) fn calls(&self, api: &str) -> usize {
        self.paths(api).len()
    }

    /// Paths of these calls.
    pub(crate) fn paths(&self, api: &str) -> Vec<String> {
        self.state().calls.iter().filter(|path| path.ends_with(api)).cloned().collect()
    }
}

#[async_trait]
impl Transport for FakeCluster {
    async fn send(&self, call: Call) -> Result<Reply, ClientError> {
        let (answer, delay) = {
            let state = &mut *self.state();
            state.calls.push(call.path.clone());
            let fault = state.faults.pop_front();
            if state.down || matches!(fault, Some(Fault::Unreachable)) {
                return Err(ClientError::Unavailable);
            }
            let answer = state.answer(&call);
            (if fault.is_some() { Err(ClientError::Timeout) } else { Ok(answer) }, state.delay)
        };
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        answer.map(|(status, body)| Reply { status, body: body.to_string().into() })
    }
}

impl State {
    fn answer(&mut self, call: &Call) -> (u16, Value) {
        let path: Vec<&str> = call.path.trim_matches('/').split('/').collect();
        // Aliases for writes are named after what they lead to.
        let name = path[0].strip_suffix("-write").unwrap_or(path[0]).to_owned();
        let body = match &call.body {
            Some(RequestBody::Json(bytes)) => serde_json::from_slice(bytes).unwrap(),
            _ => Value::Null,
        };
        if path.get(1) == Some(&"_refresh") {
            return self.refresh(path[0]);
        }
        let Some(index) = self.indices.get_mut(&name) else {
            return (404, json!({ "error": { "type": "index_not_found_exception" }, "status": 404 }));
        };
        match (call.method.as_str(), path.get(1).copied()) {
            ("GET", None) => (200, json!({ (name.as_str()): describe(&name) })),
            ("GET", Some("_doc")) => match index.stored.get(path[2]) {
                Some(doc) => (
                    200,
                    json!({
                        "_source": doc.source, "_version": doc.version, "_seq_no": doc.seq_no, "_primary_term": 1,
                    }),
                ),
                None => (404, json!({ "found": false })),
            },
            ("PUT", Some("_doc")) => {
                let query = |name: &str| {
                    call.query.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
                };
                let current = index.stored.get(path[2]);
                let expected = query("if_seq_no").map(|seq_no| seq_no.parse::<u64>().unwrap());
                let is_stale = expected.is_some_and(|seq_no| current.is_none_or(|doc| doc.seq_no != seq_no));
                let exists = query("op_type") == Some("create") && current.is_some();
                let known = index.version(path[2]);
                let version = query("version").map_or(known + 1, |version| version.parse().unwrap());
                if is_stale || exists || version <= known {
                    return (409, json!({ "error": { "type": "version_conflict_engine_exception" } }));
                }
                self.writes += 1;
                index.stored.insert(path[2].to_owned(), Doc { version, seq_no: self.writes, source: body });
                (201, json!({ "_seq_no": self.writes, "_primary_term": 1 }))
            }
            ("POST", Some("_bulk")) => {
                let Some(RequestBody::Ndjson(lines)) = &call.body else { panic!("no lines") };
                let items = index.bulk(std::str::from_utf8(lines).unwrap(), &mut self.writes);
                let errors = items.iter().any(|item| item.pointer("/write/status") == Some(&json!(409)));
                (200, json!({ "errors": errors, "items": items }))
            }
            ("POST", Some("_mget")) => {
                let docs = body["ids"].as_array().unwrap().iter().map(|id| {
                    let doc = index.stored.get(id.as_str().unwrap());
                    doc.map_or(
                        json!({ "found": false }),
                        |doc| json!({ "_version": doc.version, "_source": doc.source }),
                    )
                });
                (200, json!({ "docs": docs.collect::<Vec<_>>() }))
            }
            ("POST", Some("_search")) => (200, index.search(&body)),
            (method, _) => panic!("{method} {} is not known here", call.path),
        }
    }
}

impl State {
    fn refresh(&mut self, names: &str) -> (u16, Value) {
        for name in names.split(',') {
            match self.indices.get_mut(name.strip_suffix("-write").unwrap_or(name)) {
                Some(index) => index.visible = index.stored.clone(),
                None => return (404, json!({ "error": { "type": "index_not_found_exception" } })),
            }
        }
        (200, json!({}))
    }
}

impl Index {
    /// The greatest version that was written of a document.
    fn version(&self, id: &str) -> u64 {
        self.stored.get(id).map(|doc| doc.version).max(self.deleted.get(id).copied()).unwrap_or(0)
    }

    fn bulk(&mut self, lines: &str, writes: &mut u64) -> Vec<Value> {
        let mut lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let mut items = Vec::new();
        while let Some(line) = lines.next() {
            let (action, meta) = line.as_object().unwrap().iter().next().unwrap();
            let source = if action == "index" { lines.next() } else { None };
            let (id, version) = (meta["_id"].as_str().unwrap(), meta["version"].as_u64().unwrap());
            let is_newer = version > self.version(id);
            if is_newer {
                *writes += 1;
                match source {
                    Some(source) => {
                        drop(self.stored.insert(id.to_owned(), Doc { version, seq_no: *writes, source }))
                    }
                    None => {
                        self.stored.remove(id);
                        self.deleted.insert(id.to_owned(), version);
                    }
                }
            }
            items.push(json!({ "write": { "status": if is_newer { 200 } else { 409 } } }));
        }
        items
    }

    fn search(&self, body: &Value) -> Value {
        let found: Vec<(&String, &Doc)> =
            self.visible.iter().filter(|(_, doc)| holds(&body["query"], &doc.source)).collect();
        let keys = body["sort"].as_array().cloned().unwrap_or_default();
        let sort = |doc: &Doc| -> Vec<Value> {
            let field = |key: &Value| doc.source[key.as_object().unwrap().keys().next().unwrap()].clone();
            keys.iter().map(field).collect()
        };
        let mut hits: Vec<Value> = found
            .iter()
            .map(|(id, doc)| {
                let fields = body["docvalue_fields"].as_array().into_iter().flatten();
                let fields = fields.map(|name| {
                    (name.as_str().unwrap().to_owned(), json!([doc.source[name.as_str().unwrap()]]))
                });
                let source = if body["_source"] == json!(true) { doc.source.clone() } else { Value::Null };
                json!({
                    "_id": id, "_version": doc.version, "sort": sort(doc), "_source": source,
                    "fields": Value::Object(fields.collect()),
                })
            })
            .collect();
        hits.sort_by_key(|hit| hit["sort"].to_string());
        hits.truncate(usize::try_from(body["size"].as_u64().unwrap()).unwrap());
        let aggs = body["aggs"].as_object().into_iter().flatten();
        let aggs = aggs.map(|(name, agg)| (name.clone(), aggregate(agg, &found)));
        json!({
            "hits": { "total": { "value": found.len() }, "hits": hits },
            "aggregations": Value::Object(aggs.collect()),
        })
    }
}

/// Whether a query holds for a document.
fn holds(query: &Value, doc: &Value) -> bool {
    let (kind, clause) = query.as_object().unwrap().iter().next().unwrap();
    let each = |name: &str| clause[name].as_array().cloned().unwrap_or_default();
    let (field, value) = clause
        .as_object()
        .unwrap()
        .iter()
        .next()
        .map_or(("", &Value::Null), |(field, value)| (field.as_str(), value));
    match kind.as_str() {
        "match_all" => true,
        "match_none" => false,
        "term" => doc[field] == value["value"],
        "terms" => value.as_array().unwrap().contains(&doc[field]),
        "range" => doc[field].as_i64().unwrap() <= value["lte"].as_i64().unwrap(),
        "bool" => {
            each("filter").iter().all(|query| holds(query, doc))
                && !each("must_not").iter().any(|query| holds(query, doc))
        }
        other => panic!("{other} is not known here"),
    }
}

fn aggregate(agg: &Value, found: &[(&String, &Doc)]) -> Value {
    if let Some(query) = agg.get("filter") {
        return json!({ "doc_count": found.iter().filter(|(_, doc)| holds(query, &doc.source)).count() });
    }
    let mut objects: BTreeMap<(String, String), Vec<u64>> = BTreeMap::new();
    for (_, doc) in found {
        let text = |field: &str| doc.source[field].as_str().unwrap().to_owned();
        let applied = doc.source["applied"].as_u64().unwrap();
        objects.entry((text("object"), text("provider"))).or_default().push(applied);
    }
    let buckets = objects.into_iter().map(|((object, provider), applied)| {
        json!({
            "key": { "object": object, "provider": provider },
            "doc_count": applied.len(),
            "oldest": { "value": *applied.iter().min().unwrap() as f64 },
            "newest": { "value": *applied.iter().max().unwrap() as f64 },
        })
    });
    json!({ "buckets": buckets.collect::<Vec<_>>() })
}

/// An index as it is described; as sound as [`crate::index`] wants it.
fn describe(index: &str) -> Value {
    let (write, uuid) = ([index, "-write"].concat(), ["uuid of ", index].concat());
    json!({
        "aliases": {
            CATALOGUE: { "filter": { "term": { "shown": { "value": true } } } },
            write: { "is_write_index": true },
        },
        "mappings": { "_meta": { META: FORMAT } },
        "settings": { "index": { "uuid": uuid } },
    })
}
