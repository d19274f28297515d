//! The tables of `docs/relevance.md`.

use std::{fmt::Write as _, fs, path::Path};

use wikimovie_relevance::{Golden, Report, score::rank};

/// What is behind this line of the page is written by the run.
const MARK: &str = "<!-- measured: everything below is written by `make relevance-page` -->\n";

pub(crate) fn write(movies: usize, golden: &[Golden], columns: &[(String, Report)]) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/relevance.md");
    let page = fs::read_to_string(&file).unwrap();
    let (head, _) = page.split_once(MARK).unwrap();
    let mut text = format!("{head}{MARK}\n");
    writeln!(
        text,
        "{} questions over {movies} movies; all columns of one run. MRR@10 of each category:\n",
        golden.len()
    )
    .unwrap();
    text.push_str("| category | questions |");
    columns.iter().for_each(|(name, _)| write!(text, " {name} |").unwrap());
    write!(text, "\n| --- | ---: |{}\n", " ---: |".repeat(columns.len())).unwrap();
    for (place, (category, scores)) in columns[0].1.categories.iter().enumerate() {
        write!(text, "| {category} | {} |", scores.questions).unwrap();
        columns
            .iter()
            .for_each(|(_, report)| write!(text, " {} |", rank(report.categories[place].1.mrr)).unwrap());
        text.push('\n');
    }
    let mut row = |name: &str, cell: fn(&Report) -> String| {
        write!(text, "| **{name}** | {} |", golden.len()).unwrap();
        columns.iter().for_each(|(_, report)| write!(text, " **{}** |", cell(report)).unwrap());
        text.push('\n');
    };
    row("mean of categories, MRR@10", |report| rank(report.mean.mrr));
    row("all questions, MRR@10", |report| rank(report.all.mrr));
    row("all questions, success@1", |report| format!("{:.3}", report.all.success_at_1));
    row("all questions, success@10", |report| format!("{:.3}", report.all.success_at_10));
    row("mean of categories, recall@10", |report| format!("{:.3}", report.mean.recall));
    fs::write(file, text).unwrap();
}
