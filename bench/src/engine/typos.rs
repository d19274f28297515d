//! Questions with typos, compared with a plain `match_all` and with the engine's own fuzzy search.

use anyhow::ensure;
use serde_json::{Value, json};

use super::{EngineArgs, alternate, ask_gateway, row};
use crate::{
    gateway::{Gateway, agent},
    node::{Node, Sent},
    questions::Question,
    report::Latencies,
    search_body,
};

pub(super) struct Typos {
    gateway: Latencies,
    match_all: Latencies,
    fuzzy: Latencies,
}

/// Questions with a typo, compared with a plain `match_all`, and with the engine's own fuzzy search.
pub(super) fn measure(
    args: &EngineArgs,
    node: &Node,
    gateway: &Gateway,
    plain: &str,
    questions: &[Question],
) -> anyhow::Result<Typos> {
    let questions: Vec<&Question> = questions.iter().filter(|q| q.category.contains("typo")).collect();
    ensure!(!questions.is_empty(), "no question is of a category with \"typo\" in its name");
    let facets = json!({
        "genres": { "terms": { "field": "genres", "size": 10 } },
        "decades": { "histogram": { "field": "year", "interval": 10, "min_doc_count": 1 } },
    });
    let sent = |body: Value| Sent {
        path: format!("{plain}/_search"),
        content_type: "application/json".into(),
        body: body.to_string().into_bytes(),
    };
    let source = json!(["id", "title", "year"]);
    let match_all = sent(json!({
        "size": 10, "track_total_hits": true, "_source": source, "aggs": facets, "query": { "match_all": {} },
    }));
    let fuzzy = |question: &&Question| {
        sent(json!({
            "size": 10, "track_total_hits": true, "_source": source, "aggs": facets,
            "query": { "multi_match": {
                "query": question.query, "fields": ["title^3", "cast^2", "summary"], "fuzziness": "AUTO",
            } },
            "highlight": { "fields": { "title": {}, "cast": {}, "summary": {} } },
        }))
    };
    let fuzzy: Vec<Sent> = questions.iter().map(fuzzy).collect();
    let bodies: Vec<String> = questions.iter().map(|question| search_body(question).to_string()).collect();
    let agents = [agent(), agent(), agent()];
    let [gateway, match_all, fuzzy] = alternate(args.questions, |way, place| {
        let (agent, at) = (&agents[way], place % bodies.len());
        match way {
            0 => ask_gateway(gateway, agent, &bodies[at]),
            1 => node.send(agent, &match_all).map(drop),
            _ => node.send(agent, &fuzzy[at]).map(drop),
        }
    })?;
    Ok(Typos { gateway, match_all, fuzzy })
}

impl std::fmt::Display for Typos {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "gateway {}; match_all {}; fuzzy {}", self.gateway, self.match_all, self.fuzzy)
    }
}

impl Typos {
    pub(super) fn markdown(&self) -> String {
        let at = |times: &Latencies| times.ms(50.0);
        [
            "\nQuestions with typos, each with 10 hits, highlights, the total and 2 facets; beside them the \
             same facets under a plain `match_all`, and the same questions with the engine's own fuzzy \
             search (`multi_match` with `fuzziness: AUTO` and its highlighter) on a conventional index of \
             the same movies:\n\n| path | p50 | p95 | p99 |\n| --- | --- | --- | --- |\n",
            &row("GraphQL to the gateway", &self.gateway),
            &row("`match_all` to the node", &self.match_all),
            &row("`fuzziness: AUTO` to the node", &self.fuzzy),
            &format!(
                "\nThe gateway takes {:+.2} ms against `match_all` at p50 (goal: at most +2 ms), and is {:.1} times as \
                 fast as `fuzziness: AUTO` (goal: at least 4).\n",
                at(&self.gateway) - at(&self.match_all),
                at(&self.fuzzy) / at(&self.gateway)
            ),
        ]
        .concat()
    }
}
