//! Guard: no state beside arguments and results: no task-local, no thread-local, no static that changes.

use quote::ToTokens as _;
use syn::{
    ItemStatic, Macro,
    visit::{self, Visit},
};

use super::{
    Violation,
    source::{Target, is_test},
};

pub(crate) const GUARD: &str = "statics";

/// Types that make a static changeable. `LazyLock` is not one of them: what it holds is made once, of nothing else.
const CHANGEABLE: [&str; 6] = ["OnceLock", "OnceCell", "Mutex", "RwLock", "ArcSwap", "Atomic"];

/// Where a process-wide fact is meant.
const ALLOWED: [(&str, &str); 4] = [
    ("api/src/telemetry/", "spans and counters of the operation that runs"),
    ("command/src/trace.rs", "the trace that log lines belong to"),
    ("command/src/metrics/", "the recorder of the process"),
    ("search/engine/src/failpoint.rs", "how often a process has passed the point at which a test stops it"),
];

pub(crate) fn check(targets: &[Target]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for module in targets.iter().flat_map(|target| &target.modules) {
        let file = module.file.display().to_string();
        if ALLOWED.iter().any(|(folder, _)| file.starts_with(folder)) {
            continue;
        }
        let mut finder = Finder::default();
        for item in &module.items {
            finder.visit_item(item);
        }
        violations.extend(finder.found.into_iter().map(|name| Violation {
            guard: GUARD,
            subject: format!("{file} {name}"),
            message: "pass it as an argument, or return it".to_owned(),
        }));
    }
    violations
}

#[derive(Default)]
struct Finder {
    found: Vec<String>,
}

impl Visit<'_> for Finder {
    fn visit_item(&mut self, item: &syn::Item) {
        // Modules are visited by themselves.
        if !matches!(item, syn::Item::Mod(_)) && !is_test(super::source::attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_static(&mut self, item: &ItemStatic) {
        let kind = item.ty.to_token_stream().to_string();
        let mut words = kind.split(|c: char| !c.is_alphanumeric());
        let changes = words.any(|word| {
            CHANGEABLE.iter().any(|name| word == *name || *name == "Atomic" && word.starts_with(name))
        });
        if changes && !kind.starts_with("LazyLock <") {
            self.found.push(item.ident.to_string());
        }
    }

    fn visit_macro(&mut self, call: &Macro) {
        if let Some(name) = call.path.segments.last().map(|segment| segment.ident.to_string())
            && matches!(name.as_str(), "task_local" | "thread_local")
        {
            self.found.push(format!("{name}!"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_beside_arguments_is_found() {
        let cases: [(&str, &[&str]); 7] = [
            ("tokio::task_local! { static ROUNDS: u8; }", &["task_local!"]),
            ("static ANNOTATE: OnceLock<fn()> = OnceLock::new();", &["ANNOTATE"]),
            ("fn count() { static COUNT: AtomicU64 = AtomicU64::new(0); }", &["COUNT"]),
            ("static SEEN: std::sync::Mutex<Vec<u8>> = Mutex::new(Vec::new());", &["SEEN"]),
            ("static TABLE: LazyLock<Table> = LazyLock::new(table);", &[]),
            ("static NAMES: [&str; 1] = [\"a\"];", &[]),
            ("#[cfg(test)] mod tests { static COUNT: AtomicU64 = AtomicU64::new(0); }", &[]),
        ];
        for (text, expected) in cases {
            let found = check(&[Target::of(&[("", text)])]);
            let names: Vec<&str> =
                found.iter().filter_map(|found| found.subject.strip_prefix("src/lib.rs ")).collect();
            assert_eq!(names, expected, "{text}");
        }
    }
}
