//! Guard: a constant that a page names with its value has this value in the code.
//!
//! The form is `NAME` in backticks and its value in parentheses behind it: "`POLL_INTERVAL` (500 ms)". Values are counts
//! ("4", "1,000"), times ("2 s", "400 ms", "15 min", "1 h", "1 d") and sizes ("2 KiB", "64 MiB").

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;
use syn::{
    BinOp, Expr, ImplItemConst, ItemConst, Lit, TraitItemConst,
    visit::{self, Visit},
};
use walkdir::WalkDir;

use super::{Violation, source::Target};

pub(crate) const GUARD: &str = "constants";

/// Pages that have to name these constants, so that their values cannot drift there unmarked.
const NAMED_IN: [(&str, &[&str]); 3] = [
    ("docs/adr/0008-writer-lease-and-external-versions.md", &["RENEWAL_INTERVAL", "LEASE_TTL", "WRITE_BITS"]),
    ("docs/adr/0012-concurrency-limit-by-queue-delay.md", &["MIN_LIMIT"]),
    ("docs/adr/0014-concurrent-objects.md", &["WIDTH"]),
];

pub(crate) fn check(root: &Path, targets: &[Target]) -> Result<Vec<Violation>> {
    let mut constants = Constants::default();
    for item in targets.iter().flat_map(|target| &target.modules).flat_map(|module| &module.items) {
        constants.visit_item(item);
    }
    let mut violations = Vec::new();
    for page in pages(root) {
        let text = fs::read_to_string(&page)?;
        let file = page.strip_prefix(root).unwrap_or(&page).display().to_string();
        violations.extend(check_page(&file, &text, &constants.values));
    }
    for (page, names) in NAMED_IN {
        let claims = claims(&fs::read_to_string(root.join(page))?);
        for name in names.iter().filter(|name| !claims.iter().any(|claim| claim.name == **name)) {
            let message = format!("name it in the form `{name}` (value), which is compared with the code");
            violations.push(Violation { guard: GUARD, subject: format!("{page} {name}"), message });
        }
    }
    Ok(violations)
}

fn pages(root: &Path) -> Vec<PathBuf> {
    let mut pages: Vec<PathBuf> =
        ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"].iter().map(|name| root.join(name)).collect();
    let below = WalkDir::new(root.join("docs")).into_iter().filter_map(|entry| Some(entry.ok()?.into_path()));
    pages.extend(below.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    pages
}

fn check_page(file: &str, text: &str, values: &BTreeMap<String, BTreeSet<u128>>) -> Vec<Violation> {
    let mut violations = Vec::new();
    for claim in claims(text) {
        let message = match values.get(&claim.name) {
            // An error code with its HTTP status.
            None if claim.text.len() == 3 && (100..600).contains(&claim.value) => continue,
            None => "no constant of the code has this name and a plain value".to_owned(),
            Some(values) if values.contains(&claim.value) => continue,
            Some(values) => {
                format!("the page says {}, the code has {values:?} (times in ns, sizes in bytes)", claim.text)
            }
        };
        violations.push(Violation { guard: GUARD, subject: format!("{file} {}", claim.name), message });
    }
    violations
}

/// What a page says of a constant.
struct Claim {
    name: String,
    text: String,
    value: u128,
}

fn claims(text: &str) -> Vec<Claim> {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut claims = Vec::new();
    let mut rest = flat.as_str();
    while let Some((_, after)) = rest.split_once('`') {
        let Some((name, behind)) = after.split_once('`') else { break };
        rest = behind;
        let constant = name.contains(|c: char| c.is_ascii_uppercase())
            && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        if let Some(value) = behind.strip_prefix(" (").and_then(|value| value.split([')', ';']).next())
            && let Some(value) = value.split(", ").next()
            && constant
            && let Some(number) = parse_value(value)
        {
            claims.push(Claim { name: name.to_owned(), text: value.to_owned(), value: number });
        }
    }
    claims
}

/// Nanoseconds of a time, bytes of a size, or a count.
fn parse_value(text: &str) -> Option<u128> {
    let text = text.trim();
    let (number, unit) = text.split_once(' ').unwrap_or((text, ""));
    let number: u128 = number.replace([',', '_'], "").parse().ok()?;
    let factor = match unit {
        "" => 1,
        "ns" => 1,
        "ms" => 1_000_000,
        "s" | "second" | "seconds" => 1_000_000_000,
        "min" | "minute" | "minutes" => 60_000_000_000,
        "h" | "hour" | "hours" => 3_600_000_000_000,
        "d" | "day" | "days" => 86_400_000_000_000,
        "B" | "bytes" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    Some(number * factor)
}

/// Values of the code's constants, by name: several modules may have one of the same name.
#[derive(Default)]
struct Constants {
    values: BTreeMap<String, BTreeSet<u128>>,
}

impl Constants {
    fn add(&mut self, name: &syn::Ident, value: &Expr) {
        if let Some(value) = evaluate(value) {
            self.values.entry(name.to_string()).or_default().insert(value);
        }
    }
}

impl Visit<'_> for Constants {
    fn visit_item_const(&mut self, item: &ItemConst) {
        self.add(&item.ident, &item.expr);
        visit::visit_item_const(self, item);
    }

    fn visit_impl_item_const(&mut self, item: &ImplItemConst) {
        self.add(&item.ident, &item.expr);
    }

    fn visit_trait_item_const(&mut self, item: &TraitItemConst) {
        if let Some((_, value)) = &item.default {
            self.add(&item.ident, value);
        }
    }
}

/// Integers, their sums, products and shifts, and durations of them.
fn evaluate(value: &Expr) -> Option<u128> {
    match value {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => number.base10_parse().ok(),
            _ => None,
        },
        Expr::Paren(inner) => evaluate(&inner.expr),
        Expr::Cast(cast) => evaluate(&cast.expr),
        Expr::Binary(pair) => {
            let (left, right) = (evaluate(&pair.left)?, evaluate(&pair.right)?);
            match pair.op {
                BinOp::Mul(_) => left.checked_mul(right),
                BinOp::Add(_) => left.checked_add(right),
                BinOp::Shl(_) => left.checked_shl(u32::try_from(right).ok()?),
                _ => None,
            }
        }
        Expr::Call(call) => {
            let Expr::Path(function) = &*call.func else { return None };
            let factor = match function.path.segments.last()?.ident.to_string().as_str() {
                "from_nanos" => 1,
                "from_micros" => 1_000,
                "from_millis" => 1_000_000,
                "from_secs" => 1_000_000_000,
                "from_mins" => 60_000_000_000,
                "from_hours" => 3_600_000_000_000,
                _ => return None,
            };
            evaluate(call.args.first()?)?.checked_mul(factor)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subjects(code: &str, page: &str) -> Vec<String> {
        let mut constants = Constants::default();
        for module in &Target::of(&[("", code)]).modules {
            module.items.iter().for_each(|item| constants.visit_item(item));
        }
        check_page("page", page, &constants.values).into_iter().map(|found| found.subject).collect()
    }

    #[test]
    fn a_value_that_drifts_is_found() {
        let code = "const RENEW: Duration = Duration::from_millis(400); const FORMAT: u32 = 5; const MANY: u16 = 1_000; const BYTES: usize = 64 << 10;
            const DAY: Duration = Duration::from_secs(24 * 60 * 60); impl A { const MOST: u8 = 27; }";
        let right = "`RENEW` (400 ms), `FORMAT` (5), `BYTES` (64 KiB), `MANY` (1,000, no more),\n`DAY`\n(1 d), `MOST` (27), `RENEW` alone, `FORMAT` (the number), `RATE_LIMITED` (429)";
        assert_eq!(subjects(code, right), [""; 0]);
        let cases = [
            ("renewed every `RENEW` (1 s)", "page RENEW"),
            ("`FORMAT` (4)", "page FORMAT"),
            ("`BYTES` (65 KiB, as measured)", "page BYTES"),
            ("`DAY` (2 d)", "page DAY"),
            ("`GONE` (3)", "page GONE"),
        ];
        for (page, expected) in cases {
            assert_eq!(subjects(code, page), [expected], "{page}");
        }
    }
}
