//! Sources against the real engine: once quiet, the catalogue is a pure function of the objects.
#![allow(clippy::unwrap_used, reason = "a test may panic where its own ground gives way")]

mod rules;

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Cursor, Read},
    path::Path,
    sync::mpsc,
    time::{Duration, Instant},
};

use proptest::prelude::*;
use tempfile::TempDir;
use wikimovie_domain::{
    HitsRequest, Movie, MovieSort, ObjectReceipt, PageRequest, Question, ReceiptStatus, RefusalReason,
    SearchRequest,
};
use wikimovie_embedded::{Embedded, EmbeddedOptions, EmbeddedWriter};
use wikimovie_engine::{CatalogWriter, ObjectState, OperationContext};
use wikimovie_ingest::{
    Change, Folder, IngestError, Listing, Opener, Problem, Source, SyncReport, Watcher,
    folder::{check_provider, provider_of},
    sync,
    sync::Listed,
};

struct Index {
    engine: Embedded,
    writer: EmbeddedWriter,
    runtime: tokio::runtime::Runtime,
    _folder: TempDir,
}

impl Index {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = EmbeddedOptions { folder: folder.path().join("data"), ..EmbeddedOptions::default() };
        let engine = Embedded::open(&options).unwrap();
        let writer = engine.writer().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { engine, writer, runtime, _folder: folder }
    }

    fn sync(&mut self, source: &dyn Source) -> SyncReport {
        sync(&mut self.writer, source, &mut |_| {}).unwrap()
    }

    /// Every movie, by title.
    fn movies(&self) -> Vec<Movie> {
        movies(&self.engine, &self.runtime)
    }

    fn titles(&self) -> Vec<String> {
        self.movies().into_iter().map(|movie| movie.title).collect()
    }
}

fn movies(engine: &Embedded, runtime: &tokio::runtime::Runtime) -> Vec<Movie> {
    let question = Question { sort: MovieSort::TitleAsc, ..Question::default() };
    let page = PageRequest::first(100);
    let hits = vec![HitsRequest::plain(page)];
    let request = SearchRequest { question, hits, ..SearchRequest::default() };
    let answer = runtime.block_on(engine.catalog().search(&OperationContext::new(), request)).unwrap().value;
    assert!(!answer.hits[0].has_next);
    answer.hits[0].hits.iter().map(|hit| hit.movie.clone()).collect()
}

fn line(title: &str) -> String {
    format!("{{\"title\":\"{title}\",\"year\":1999}}\n")
}

fn put(folder: &Path, file: &str, content: impl AsRef<[u8]>) {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn outcome(report: &SyncReport) -> Vec<(&str, Change)> {
    report.objects.iter().map(|applied| (applied.receipt.object.as_str(), applied.change)).collect()
}

#[test]
fn a_folder_is_kept_equal() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = Index::new();
    put(folder.path(), "acme/a.ndjson", line("One") + &line("Two"));
    put(folder.path(), "b.json", "[{\"title\":\"Three\"},{\"title\":true},{\"title\":\"Three\"}]");
    let source = Folder::watched(folder.path()).unwrap();

    let report = index.sync(&source);
    assert_eq!(outcome(&report), [("acme/a.ndjson", Change::Applied), ("b.json", Change::Applied)]);
    let receipt = &report.objects[1].receipt;
    assert_eq!((receipt.accepted, receipt.merged, receipt.refused), (1, 1, 1));
    assert_eq!(receipt.status, ReceiptStatus::Partial);
    assert_eq!(receipt.refusals[0].field.as_deref(), Some("title"));
    let movies = index.movies();
    let told: Vec<_> = movies.iter().map(|m| (m.title.as_str(), m.provenance.provider.as_str())).collect();
    assert_eq!(told, [("One", "acme"), ("Three", "default"), ("Two", "acme")]);
    assert_eq!(movies[0].provenance.object, "acme/a.ndjson");
    let keys: Vec<_> = index.writer.ledger().unwrap().into_iter().map(|row| row.key).collect();
    assert_eq!(keys, ["watch/acme/a.ndjson", "watch/b.json"]);

    // Old enough that the clock can tell changes apart.
    std::thread::sleep(Duration::from_millis(60));
    index.sync(&source);
    let report = index.sync(&source);
    assert_eq!(outcome(&report), [("acme/a.ndjson", Change::Unchanged), ("b.json", Change::Unchanged)]);

    put(folder.path(), "acme/a.ndjson", line("One") + &line("Four"));
    fs::remove_file(folder.path().join("b.json")).unwrap();
    let report = index.sync(&source);
    assert_eq!(outcome(&report), [("acme/a.ndjson", Change::Applied), ("b.json", Change::Removed)]);
    assert_eq!((report.objects[0].receipt.changed, report.objects[0].receipt.removed), (1, 1));
    assert_eq!(report.objects[1].receipt.removed, 1);
    assert_eq!(index.titles(), ["Four", "One"]);
}

#[test]
fn only_files_meant_as_movies_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    put(outside.path(), "secret.json", line("Secret"));
    for name in [
        ".hidden.json",
        "README",
        "README.md",
        "notes.md",
        "movie.schema.json",
        "LICENSE.txt",
        "SHA256SUMS",
        "a.json.tmp",
        "a.json~",
        "b.part",
        ".git/x.json",
        "c.crdownload",
    ] {
        put(folder.path(), name, line(name));
    }
    put(folder.path(), "p/deep/er/_mapping.json", "{}");
    put(folder.path(), "p/movies", line("Plain name"));
    put(folder.path(), "p/deep/er/x.ndjson", line("Deep"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        symlink(outside.path().join("secret.json"), folder.path().join("link.json")).unwrap();
        symlink(outside.path(), folder.path().join("linked")).unwrap();
        symlink(folder.path(), folder.path().join("loop")).unwrap();
        symlink(folder.path().join("nowhere"), folder.path().join("broken.json")).unwrap();
        put(folder.path(), ".data/inside.json", line("Inside"));
        symlink(folder.path().join(".data/inside.json"), folder.path().join("inside.json")).unwrap();
    }
    let mut index = Index::new();
    let report = index.sync(&Folder::watched(folder.path()).unwrap());
    assert_eq!(report.problems, []);
    assert_eq!(index.titles(), ["Deep", "Inside", "Plain name"]);
}

#[test]
fn a_file_or_folder_is_loaded_under_its_absolute_path() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "acme/a.ndjson", line("One"));
    put(folder.path(), "readme.json", line("Named by hand"));
    let mut index = Index::new();
    index.sync(&Folder::loaded(folder.path()).unwrap());
    index.sync(&Folder::loaded(&folder.path().join("readme.json")).unwrap());
    assert_eq!(index.titles(), ["Named by hand", "One"]);
    let root = folder.path().canonicalize().unwrap();
    let key = |file: &str| format!("load{}", root.join(file).display());
    let keys: Vec<_> = index.writer.ledger().unwrap().into_iter().map(|row| row.key).collect();
    assert_eq!(keys, [key("acme/a.ndjson"), key("readme.json")]);

    let other = Folder::loaded(folder.path()).unwrap().with_provider(Some("other".into()));
    index.sync(&other);
    let movie = index.movies().remove(0);
    assert_eq!(
        movie.provenance.provider, "other",
        "another provider makes other ids, so the file is read again"
    );
    assert!(Folder::loaded(&folder.path().join("nothing")).is_err());
    assert!(Folder::watched(&folder.path().join("readme.json")).is_err());
}

#[test]
fn providers_have_names_that_ids_can_carry() {
    assert_eq!(provider_of("acme/x/y.json"), Ok("acme"));
    assert_eq!(provider_of("y.json"), Ok("default"));
    for bad in ["", "a:b", "a\nb", &"x".repeat(65)] {
        assert!(check_provider(bad).is_err(), "{bad:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "a:b/x.json", line("One"));
    put(folder.path(), "ok/x.json", line("Two"));
    let mut index = Index::new();
    let report = index.sync(&Folder::watched(folder.path()).unwrap());
    assert_eq!(report.problems.len(), 1);
    assert_eq!(index.titles(), ["Two"]);
}

#[test]
fn a_file_of_no_known_format_fails_alone() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "a.json", "<html>");
    put(folder.path(), "b.json", line("Two"));
    put(folder.path(), "empty.json", "");
    let mut index = Index::new();
    let report = index.sync(&Folder::watched(folder.path()).unwrap());
    let statuses: Vec<_> = report.objects.iter().map(|applied| applied.receipt.status).collect();
    assert_eq!(statuses, [ReceiptStatus::Failed, ReceiptStatus::Complete, ReceiptStatus::Complete]);
    assert_eq!(report.objects[0].receipt.refusals[0].reason, RefusalReason::UnknownFormat);
}

/// Objects in memory, some of which break.
#[derive(Clone, Default)]
struct Shelf {
    objects: BTreeMap<String, (u64, String)>,
    unopened: Vec<String>,
    broken: Vec<String>,
    unknown: Vec<String>,
    unlistable: bool,
}

impl Shelf {
    fn put(&mut self, key: &str, clock: u64, content: String) {
        self.objects.insert(key.to_owned(), (clock, content));
    }
}

impl Source for Shelf {
    fn place(&self) -> String {
        "the shelf".into()
    }

    fn list(&self) -> io::Result<Listing> {
        if self.unlistable {
            return Err(io::Error::other("no light"));
        }
        let objects = self.objects.iter().map(|(key, (clock, content))| Listed {
            state: ObjectState {
                key: format!("shelf/{key}"),
                object: key.clone(),
                provider: provider_of(key).unwrap().to_owned(),
                modified_ms: *clock,
                fingerprint: clock.to_string(),
            },
            bytes: content.len() as u64,
        });
        Ok(Listing {
            objects: objects.collect(),
            scope: Some("shelf/".into()),
            unknown: self.unknown.clone(),
            ..Listing::default()
        })
    }

    fn opener(&self, object: &ObjectState) -> Opener {
        if self.unopened.contains(&object.object) {
            return Box::new(|| Err(io::Error::other("stuck")));
        }
        let content = Cursor::new(self.objects[&object.object].1.clone().into_bytes());
        if self.broken.contains(&object.object) {
            return Box::new(|| Ok(Box::new(content.chain(Broken))));
        }
        Box::new(|| Ok(Box::new(content)))
    }
}

struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("torn"))
    }
}

#[test]
fn what_cannot_be_read_keeps_its_former_content_and_stops_nothing() {
    let mut index = Index::new();
    let mut shelf = Shelf::default();
    for (at, key) in ["a", "b", "c", "d"].into_iter().enumerate() {
        shelf.put(key, at as u64 + 1, line(&format!("Old {key}")));
    }
    index.sync(&shelf);

    for (at, key) in ["a", "b", "c", "d"].into_iter().enumerate() {
        shelf.put(key, at as u64 + 11, line(&format!("New {key}")));
    }
    shelf.broken = vec!["b".into()];
    shelf.unopened = vec!["c".into()];
    let report = index.sync(&shelf);
    let told: Vec<_> = report.problems.iter().map(|Problem { object, .. }| object.as_str()).collect();
    assert_eq!(told, ["b", "c"]);
    assert_eq!(outcome(&report), [("a", Change::Applied), ("d", Change::Applied)]);
    assert_eq!(index.titles(), ["New a", "New d", "Old b", "Old c"]);

    shelf.broken.clear();
    shelf.unopened.clear();
    let report = index.sync(&shelf);
    assert_eq!(outcome(&report).iter().filter(|(_, change)| *change == Change::Applied).count(), 2);
    assert_eq!(index.titles(), ["New a", "New b", "New c", "New d"]);
}

#[test]
fn nothing_vanishes_where_nothing_could_be_seen() {
    let mut index = Index::new();
    let mut shelf = Shelf::default();
    shelf.put("p/a", 1, line("One"));
    shelf.put("q/b", 2, line("Two"));
    index.sync(&shelf);

    shelf.unlistable = true;
    let failed = sync(&mut index.writer, &shelf, &mut |_| {});
    assert!(matches!(failed, Err(IngestError::Unlistable { .. })));
    assert_eq!(index.titles(), ["One", "Two"]);

    shelf.unlistable = false;
    shelf.objects.clear();
    shelf.unknown = vec!["shelf/p".into()];
    index.sync(&shelf);
    assert_eq!(index.titles(), ["One"]);
}

#[derive(Clone, Debug)]
enum Step {
    Put { key: usize, movies: Vec<u8> },
    Remove { key: usize },
    Sync,
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0_usize..4, proptest::collection::vec(0_u8..6, 0..5)).prop_map(|(key, movies)| Step::Put { key, movies }),
        1 => (0_usize..4).prop_map(|key| Step::Remove { key }),
        2 => Just(Step::Sync),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever the schedule, the catalogue ends as if it had only ever seen what is there now.
    #[test]
    fn the_catalogue_is_a_function_of_the_objects(steps in proptest::collection::vec(any_step(), 1..12)) {
        let mut index = Index::new();
        let mut shelf = Shelf::default();
        for (clock, step) in steps.iter().enumerate() {
            match step {
                Step::Put { key, movies } => {
                    let content = movies.iter().map(|movie| {
                        format!("{{\"id\":\"{movie}\",\"title\":\"Movie {movie} at {clock}\"}}\n")
                    });
                    let key = ["p/a", "p/b", "q/a", "c"][*key];
                    shelf.put(key, 1_000 + clock as u64, content.collect());
                }
                Step::Remove { key } => {
                    shelf.objects.remove(["p/a", "p/b", "q/a", "c"][*key]);
                }
                Step::Sync => {
                    index.sync(&shelf);
                }
            }
        }
        index.sync(&shelf);
        let mut fresh = Index::new();
        fresh.sync(&shelf);
        prop_assert_eq!(index.movies(), fresh.movies());
    }
}

/// Waits until the condition holds; how long it took.
fn until(what: &str, mut holds: impl FnMut() -> bool) -> Duration {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(10), "not within 10 s: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
    started.elapsed()
}

#[test]
fn a_watched_folder_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "a.ndjson", line("One"));
    let Index { engine, writer, runtime, _folder } = Index::new();
    let (told, looks) = mpsc::channel();
    let source = Folder::watched(folder.path()).unwrap();
    let watcher = Watcher::start(source, Box::new(writer), move |result| {
        let receipts: Vec<ObjectReceipt> =
            result.as_ref().unwrap().changes().map(|c| c.receipt.clone()).collect();
        let _ = told.send(receipts);
    })
    .unwrap();
    assert_eq!(looks.recv_timeout(Duration::from_secs(10)).unwrap().len(), 1);
    let titles = || movies(&engine, &runtime).into_iter().map(|movie| movie.title).collect::<Vec<_>>();
    assert_eq!(titles(), ["One"]);

    put(folder.path(), "new/sub/b.ndjson", line("Two"));
    let added = until("a file in a new folder", || titles() == ["One", "Two"]);
    put(folder.path(), "new/sub/b.ndjson", line("Three"));
    let changed = until("a changed file", || titles() == ["One", "Three"]);
    fs::rename(folder.path().join("a.ndjson"), folder.path().join("c.ndjson")).unwrap();
    fs::remove_dir_all(folder.path().join("new")).unwrap();
    let removed = until("a removed folder", || titles() == ["One"]);
    for took in [added, changed, removed] {
        // A second is promised; a busy machine gets a little more before the test fails.
        assert!(took < Duration::from_secs(3), "{took:?}");
    }
    // A copy that takes its time is read as far as it is, and to its end.
    let whole = (0..50).map(|n| line(&format!("Slow {n:02}"))).collect::<String>();
    for part in 1..=5 {
        put(folder.path(), "slow.ndjson", &whole.as_bytes()[..whole.len() * part / 5]);
        std::thread::sleep(Duration::from_millis(150));
    }
    until("the whole of a slow copy", || titles().len() == 51);
    watcher.stop();
    // Reading the folder must not wake the watcher for ever.
    let looks = looks.try_iter().count();
    assert!(looks < 30, "{looks} looks");
}
