//! A search node, accessed without the gateway.

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use crate::gateway::agent;

/// A search node, accessed directly.
pub(crate) struct Node {
    pub(crate) url: String,
    pub(crate) name: String,
    pub(crate) agent: ureq::Agent,
}

/// A request that the gateway sends to its node.
pub(crate) struct Sent {
    pub(crate) path: String,
    pub(crate) content_type: String,
    pub(crate) body: Vec<u8>,
}

impl Node {
    pub(crate) fn new(url: &str) -> anyhow::Result<Self> {
        let url = [url.trim_end_matches('/'), "/"].concat();
        let agent = agent();
        let about: Value = serde_json::from_str(&agent.get(&url).call()?.body_mut().read_to_string()?)?;
        let opensearch = about["version"]["distribution"] == "opensearch";
        let kind = if opensearch { "OpenSearch" } else { "Elasticsearch" };
        let name = format!("{kind} {}", about["version"]["number"].as_str().unwrap_or("of unknown version"));
        Ok(Self { url, name, agent })
    }

    pub(crate) fn send(&self, agent: &ureq::Agent, sent: &Sent) -> anyhow::Result<String> {
        let request = agent.post(format!("{}{}", self.url, sent.path.trim_start_matches('/')));
        let request = request.content_type(&sent.content_type);
        // Pages of a scroll have bodies of some megabytes.
        let mut answer = request.send(&sent.body[..])?;
        Ok(answer.body_mut().with_config().limit(1 << 30).read_to_string()?)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let body = body.to_string().into_bytes();
        let sent = Sent { path: path.into(), content_type: "application/json".into(), body };
        Ok(serde_json::from_str(&self.send(&self.agent, &sent)?)?)
    }

    /// Makes a conventional index of the same movies, for the engine's own search.
    pub(crate) fn make_plain(&self, from: &str, plain: &str) -> anyhow::Result<()> {
        let text =
            json!({ "type": "text", "fields": { "keyword": { "type": "keyword", "ignore_above": 256 } } });
        let mapping = json!({
            "settings": { "number_of_shards": 1, "number_of_replicas": 0 },
            "mappings": { "properties": {
                "title": text, "cast": text, "genres": { "type": "keyword" },
                "summary": { "type": "text" }, "year": { "type": "integer" },
            } },
        });
        let put = self.agent.put(format!("{}{plain}", self.url)).content_type("application/json");
        put.send(mapping.to_string())?;
        let first = json!({ "size": 2_000, "_source": ["movie"], "query": { "match_all": {} } });
        let mut page = self.post(&format!("{from}/_search?scroll=1m"), &first)?;
        loop {
            let hits = page["hits"]["hits"].as_array().context("a page of movies")?;
            if hits.is_empty() {
                break;
            }
            let mut lines = String::new();
            for hit in hits {
                let mut movie = hit["_source"]["movie"].clone();
                movie.as_object_mut().context("a movie")?.remove("provenance");
                lines.extend(["{\"index\":{}}\n", &movie.to_string(), "\n"]);
            }
            let bulk = Sent {
                path: format!("{plain}/_bulk"),
                content_type: "application/x-ndjson".into(),
                body: lines.into_bytes(),
            };
            let told: Value = serde_json::from_str(&self.send(&self.agent, &bulk)?)?;
            ensure!(told["errors"] == false, "the plain index refuses movies: {told}");
            page =
                self.post("_search/scroll", &json!({ "scroll": "1m", "scroll_id": page["_scroll_id"] }))?;
        }
        self.post(&format!("{plain}/_refresh"), &json!({}))?;
        Ok(())
    }
}
