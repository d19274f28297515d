//! Index and ledger that are deleted, emptied or restored: the worker finds out by itself, and applies what is missing.

use serde_json::{Value, json};

use crate::{list, on_each, on_nodes, text, worker::Place};

/// What happens to an index, and how.
type Loss = (&'static str, fn(&Place));

impl Place {
    fn index(&self) -> String {
        format!("{}-v{}-000001", self.cluster.options.index, wikimovie_engine::INDEX_FORMAT)
    }

    fn ledger(&self) -> String {
        [&self.cluster.options.index, "-ledger"].concat()
    }

    /// Asks the node itself.
    fn node(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let url = [self.cluster.options.urls[0].as_str(), path].concat();
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        let request = ureq::http::Request::builder().method(method).uri(url);
        let request = request.header("content-type", "application/json");
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut answer = agent.run(request.body(body).unwrap()).unwrap();
        let status = answer.status().as_u16();
        let answer = answer.body_mut().read_to_string().unwrap();
        (status, serde_json::from_str(&answer).unwrap_or_default())
    }

    fn node_does(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let (status, answer) = self.node(method, path, body);
        assert!(matches!(status, 200 | 201), "{method} {path}: {status} {answer}");
        answer
    }

    fn delete_by(&self, query: &Value) {
        let path = format!("{}/_delete_by_query?refresh=true&conflicts=proceed", self.index());
        self.node_does("POST", &path, Some(&json!({ "query": query })));
    }

    /// Nothing differs, by the word of the command line.
    fn nothing_differs(&self) -> bool {
        text(&self.run(&["reconcile", "--dry-run"])).contains("0 of ")
    }
}

const LOSSES: &[Loss] = &[
    ("the index is deleted", |place| {
        place.node_does("DELETE", &place.index(), None);
    }),
    ("the index is deleted, and made by a gateway", |place| {
        place.node_does("DELETE", &place.index(), None);
        place.runtime.block_on(place.cluster.engine.prepare()).unwrap();
    }),
    ("the index is emptied", |place| place.delete_by(&json!({ "match_all": {} }))),
    ("the movies of one object are gone", |place| {
        let key = format!("s3/{}/acme/b.ndjson", place.name);
        place.delete_by(&json!({ "term": { "object": { "value": key } } }));
    }),
    ("the ledger is deleted", |place| {
        place.node_does("DELETE", &place.ledger(), None);
    }),
    ("index and ledger are deleted", |place| {
        place.node_does("DELETE", &place.index(), None);
        place.node_does("DELETE", &place.ledger(), None);
    }),
];

/// Losses that one place suffers, one after the other.
const LOSSES_OF_A_PLACE: usize = 2;

#[test]
fn what_an_index_loses_under_a_running_worker_is_applied_again() {
    let groups: Vec<&[Loss]> = LOSSES.chunks(LOSSES_OF_A_PLACE).collect();
    on_nodes("a lost index on LocalStack", usize::MAX, &groups, |place, losses| {
        let worker = place.worker(30);
        place.put("acme/a.ndjson", &list(&["One", "Two"]));
        place.put("acme/b.ndjson", &list(&["Two", "Three"]));
        place.put("zenith/c.ndjson", &list(&["Four"]));
        let mut expected = ["Four", "One", "Three", "Two"].map(str::to_owned).to_vec();
        place.until_is("the first movies", || place.titles() == expected);
        for (round, (name, lose)) in losses.iter().enumerate() {
            place.until_is("the queue is empty", || place.is_quiet());
            lose(&place);
            // Nobody tells the worker of that; the bucket goes on changing.
            let took = place.until_is(name, || place.finds() == Some(expected.clone()));
            println!("{name}: right again after {took:.1?}");
            place.until_is(name, || place.nothing_differs());
            let title = format!("Round {round}");
            place.put(&format!("acme/{round}.ndjson"), &list(&[&title]));
            expected.push(title);
            expected.sort();
            place.until_is("a movie after the loss", || place.finds() == Some(expected.clone()));
            place.check_mappings(name);
        }
        assert_eq!(worker.terminate().0, Some(0));
    });
}

impl Place {
    /// Titles shown; `None` while the index is gone or being made again.
    fn finds(&self) -> Option<Vec<String>> {
        let missing = self.runtime.block_on(self.cluster.engine.missing()).unwrap();
        if missing.is_empty() { self.read_titles().ok() } else { None }
    }

    /// No index was made by a write.
    fn check_mappings(&self, after: &str) {
        let pattern = [&self.cluster.options.index, "*"].concat();
        let mappings = self.node_does("GET", &[&pattern, "/_mapping"].concat(), None);
        for (index, mapping) in mappings.as_object().unwrap() {
            let format = &mapping["mappings"]["_meta"]["wikimovie_format"];
            assert_eq!(format, wikimovie_engine::INDEX_FORMAT, "{after}: {index}");
        }
    }
}

/// An object changes and another is removed while the ledger is gone, and nobody hears of it.
#[test]
fn changes_that_a_lost_ledger_hides_are_found() {
    on_each("a lost ledger under a worker on LocalStack", |place| {
        let _worker = place.worker(5);
        place.put("acme/kept.ndjson", &list(&["Kept"]));
        place.put("acme/goes.ndjson", &list(&["Gone"]));
        place.until(&["Gone", "Kept"]);
        place.until_is("the queue is empty", || place.is_quiet());
        place.node_does("DELETE", &place.ledger(), None);
        place.bucket.delete("acme/goes.ndjson").unwrap();
        place.put("acme/kept.ndjson", &list(&["Kept", "New"]));
        place.until(&["Kept", "New"]);
        place.until_is("nothing differs", || place.nothing_differs());
    });
}

/// The index is restored from before the last change, with as many movies of each object as the ledger says.
#[test]
fn an_older_index_is_brought_up_to_date() {
    on_each("a restored index on LocalStack", |place| {
        let copy = |from: &str, to: &str| {
            let body = json!({
                "source": { "index": from },
                "dest": { "index": to, "version_type": "external" },
            });
            place.node_does("POST", "_reindex?refresh=true", Some(&body));
        };
        let body = wikimovie_elasticsearch::index_body(1, 0).unwrap();
        let saved = [&place.index(), "-saved"].concat();
        let worker = place.worker(5);
        place.put("acme/a.ndjson", &list(&["Before", "Same"]));
        place.until(&["Before", "Same"]);
        place.until_is("the queue is empty", || place.is_quiet());
        place.node_does("PUT", &saved, Some(&body));
        copy(&place.index(), &saved);
        place.put("acme/a.ndjson", &list(&["After", "Same"]));
        place.until(&["After", "Same"]);
        place.until_is("the queue is empty", || place.is_quiet());
        assert_eq!(worker.terminate().0, Some(0));

        // Without its aliases, as a snapshot may be restored.
        place.node_does("DELETE", &place.index(), None);
        place.node_does("PUT", &place.index(), Some(&body));
        copy(&saved, &place.index());
        place.node_does("DELETE", &saved, None);
        let status = text(&place.run(&["status"]));
        assert!(status.contains("missing        the index"), "{status}");
        let told = text(&place.run(&["reconcile", "--dry-run"]));
        assert!(told.contains("1 of 1 objects differ"), "{told}");
        let _worker = place.worker(5);
        place.until(&["After", "Same"]);
        place.until_is("nothing differs", || place.nothing_differs());
    });
}
