//! A load that is killed at any moment and resumed ends with the same catalogue as an undisturbed one.
//!
//! `KILLS` is the number of kills (default 10), `KILL_SEED` the seed of their moments.
#![allow(clippy::unwrap_used, reason = "a test may panic where its own ground gives way")]

mod support;

use std::{
    fmt::Write,
    path::Path,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use support::{Home, json_output, seeds};
use wikimovie_domain::{HitsRequest, Movie, MovieSort, ObjectReceipt, PageRequest, Question, SearchRequest};
use wikimovie_embedded::{Embedded, EmbeddedOptions};
use wikimovie_engine::{OperationContext, ReceiptsRequest};

/// More records than one commit, so that some kills fall between two commits.
const GENERATED: [(&str, u32); 3] =
    [("big/a.ndjson", 30_000), ("big/b.ndjson", 25_000), ("big/c.ndjson", 45_000)];

fn generated(from: u32, count: u32) -> String {
    let mut lines = String::new();
    for n in from..from + count {
        let (year, star) = (1900 + n % 120, n % 997);
        writeln!(lines, r#"{{"id":"{n}","title":"Movie {n}","year":{year},"cast":["Star {star}"]}}"#)
            .unwrap();
    }
    // Refused and merged records must be counted too.
    lines + "{\"title\":1}\n" + &format!("{{\"id\":\"{from}\",\"title\":\"Movie {from} again\"}}\n")
}

#[derive(Debug, PartialEq)]
struct Catalogue {
    movies: Vec<Movie>,
    receipts: Vec<ObjectReceipt>,
}

/// The whole content of an index, without the times of our clock.
fn catalogue(folder: &Path) -> Catalogue {
    let options = EmbeddedOptions { folder: folder.to_owned(), ..EmbeddedOptions::default() };
    let catalog = Embedded::open(&options).unwrap().catalog();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let question = Question { sort: MovieSort::TitleAsc, ..Question::default() };
        let (mut movies, mut page) = (Vec::new(), PageRequest::first(100));
        loop {
            let hits = vec![HitsRequest::plain(page.clone())];
            let request = SearchRequest { question: question.clone(), hits, ..SearchRequest::default() };
            let answer =
                catalog.search(&OperationContext::new(), request).await.unwrap().value.hits.remove(0);
            page.cursor = answer.hits.last().map(|hit| hit.cursor.clone());
            movies.extend(answer.hits.into_iter().map(|hit| hit.movie));
            if !answer.has_next {
                break;
            }
        }
        assert_eq!(catalog.info(&OperationContext::new()).await.unwrap().movies, movies.len() as u64);
        let request = ReceiptsRequest { first: 100, after: None, status: None };
        let mut receipts = catalog.receipts(&OperationContext::new(), request).await.unwrap().receipts;
        receipts.iter_mut().for_each(|receipt| receipt.finished_at_ms = 0);
        Catalogue { movies, receipts }
    })
}

/// The next number of a reproducible sequence (SplitMix64), below a bound.
fn next_below(state: &mut u64, bound: u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) % bound
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().map_or(default, |value| value.parse().expect(name))
}

#[test]
fn a_killed_and_resumed_load_equals_an_undisturbed_one() {
    let (kills, seed) = (setting("KILLS", 10), setting("KILL_SEED", 1895));
    let home = Home::new();
    let mut from = 0;
    for (file, count) in GENERATED {
        home.put(file, generated(from, count));
        // Each file lists some movies of the previous one, so that the order of generations matters.
        from += count - 500;
    }
    for provider in
        std::fs::read_dir(seeds()).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_dir())
    {
        for file in std::fs::read_dir(provider.path()).unwrap().map(Result::unwrap) {
            let name = format!("{}/{}", provider.file_name().display(), file.file_name().display());
            home.put(&name, std::fs::read(file.path()).unwrap());
        }
    }
    // The fingerprint of a file this young is provisional, so the file would be read twice.
    thread::sleep(Duration::from_millis(100));

    let started = Instant::now();
    let unkilled = json_output(&home.load(&home.movies()));
    let whole = started.elapsed();
    let expected = catalogue(&home.data());
    assert_eq!(unkilled["catalog"]["movies"], expected.movies.len());
    assert!(expected.movies.len() > 50_000);

    let mut state = seed;
    let (mut early, mut between) = (0, 0);
    for kill in 1..=kills {
        std::fs::remove_dir_all(home.data()).unwrap();
        let moment = Duration::from_micros(next_below(&mut state, whole.as_micros() as u64));
        let mut load = home.command(&["load", "--json"]);
        let mut child = load.arg(home.movies()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(moment);
        child.kill().unwrap();
        child.wait().unwrap();

        let resumed = json_output(&home.load(&home.movies()));
        let kept = resumed["receipts"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|object| object["change"] == "UNCHANGED")
            .count();
        early += u32::from(kept == 0);
        between += u32::from(kept > 0 && kept < expected.receipts.len());
        let found = catalogue(&home.data());
        assert_eq!(found.receipts, expected.receipts, "kill {kill} of seed {seed}, after {moment:?}");
        assert!(found == expected, "kill {kill} of seed {seed}, after {moment:?}: the movies differ");
    }
    println!(
        "{kills} kills within {whole:?}: {early} before the first commit, {between} between two commits"
    );
}
