//! Synonyms and pins on every engine: what they find, where it stands, and what is told of it.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails with the test")]

use std::sync::Arc;

use wikimovie_domain::{Filter, HitsRequest, PageRequest, Question, ReasonKind, SearchRequest, YearRange};
use wikimovie_elasticsearch::{Elasticsearch, ElasticsearchOptions};
use wikimovie_embedded::{Embedded, EmbeddedOptions};
use wikimovie_engine::{Catalog, OperationContext};
use wikimovie_plan::rules::Rules;
use wikimovie_testkit_builders::dozen;
use wikimovie_testkit_services::{TestCluster, apply, engines};

const SYNONYMS: &str =
    "xenomorph => alien\nlambs, sheep\nsilver screen robot => metropolis\nspooks => horror\n";
const PINS: &str = "family night => Ghostbusters (1984)\nfamily night => Amélie (2001)\nalien => Aliens\n\
    gone => No Such Movie (1999)\n";

/// Text, titles found from the first on, and the first reason of the first.
const CASES: &[(&str, &[&str], Option<ReasonKind>)] = &[
    ("xenomorph", &["Alien"], Some(ReasonKind::Synonym)),
    ("silver screen robot", &["Metropolis"], Some(ReasonKind::Synonym)),
    ("the silence of the sheep", &["The Silence of the Lambs"], Some(ReasonKind::Synonym)),
    ("family night", &["Ghostbusters", "Amélie"], Some(ReasonKind::Pin)),
    ("Family  NIGHT!", &["Ghostbusters", "Amélie"], Some(ReasonKind::Pin)),
    // Nothing comes before a pin, not even the title that was typed.
    ("alien", &["Aliens", "Alien"], Some(ReasonKind::Pin)),
    ("alien -weaver", &[], None),
    ("gone", &[], None),
];

#[tokio::test(flavor = "multi_thread")]
async fn synonyms_and_pins_hold_on_every_engine() {
    let rules = Arc::new(Rules::default().with_synonyms(SYNONYMS).unwrap().with_pins(PINS).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let options = EmbeddedOptions {
        folder: folder.path().into(),
        rules: Arc::clone(&rules),
        ..EmbeddedOptions::default()
    };
    let embedded = Embedded::open(&options).unwrap();
    apply(&mut embedded.writer().unwrap(), "test/movies.json", 1_000, dozen()).unwrap();
    check("embedded", embedded.catalog()).await;
    for engine in engines("synonyms_and_pins_hold_on_every_engine") {
        let cluster = TestCluster::new(&engine).await;
        cluster.write(|writer| apply(writer, "test/movies.json", 1_000, dozen()).unwrap()).await;
        let options = ElasticsearchOptions { rules: Arc::clone(&rules), ..cluster.options.clone() };
        let with_rules = Elasticsearch::new(&options).unwrap();
        with_rules.prepare().await.unwrap();
        check(&engine.name, with_rules.catalog()).await;
    }
}

async fn check(engine: &str, catalog: Arc<dyn Catalog>) {
    for (text, titles, reason) in CASES {
        let (found, reasons) = ask(&catalog, text, Filter::default()).await;
        assert_eq!(
            found.iter().take(titles.len()).collect::<Vec<_>>(),
            *titles,
            "{text} on {engine}: {found:?}"
        );
        if titles.is_empty() {
            assert!(found.is_empty(), "{text} on {engine}: {found:?}");
        }
        assert_eq!(reasons.first(), reason.as_ref(), "{text} on {engine}");
        assert!(reasons.iter().filter(|kind| **kind == ReasonKind::Pin).count() <= 1, "{text} on {engine}");
    }
    let in_1979 = Filter { year: YearRange { gte: Some(1979), lte: Some(1979) }, ..Filter::default() };
    let (found, _) = ask(&catalog, "alien", in_1979).await;
    assert_eq!(found, ["Alien"], "a pin obeys filters, on {engine}");
}

/// Titles found, and the kinds of the first one's reasons.
async fn ask(catalog: &Arc<dyn Catalog>, text: &str, filter: Filter) -> (Vec<String>, Vec<ReasonKind>) {
    let question = Question { text: text.to_owned(), filter, ..Question::default() };
    let hits = vec![HitsRequest::all(PageRequest::first(10))];
    let answer = catalog
        .search(&OperationContext::new(), SearchRequest { question, hits, ..SearchRequest::default() })
        .await
        .unwrap()
        .value;
    let hits = &answer.hits[0].hits;
    let reasons = hits.first().map(|hit| hit.reasons.iter().map(|reason| reason.kind).collect());
    (hits.iter().map(|hit| hit.movie.title.clone()).collect(), reasons.unwrap_or_default())
}
