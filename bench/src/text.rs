//! The cost of understanding a text and of term expansion, without any engine.

use std::{
    hint::black_box,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::Context;
use clap::Args;
use wikimovie_domain::{Filter, Question};
use wikimovie_plan::{
    compile::compile, prefix::compile_prefix, suggest::Typos, understand::understand, vocabulary::Vocabulary,
};
use wikimovie_testkit_builders::{Oracle, data};
use wikimovie_text::reading;

use crate::{
    questions::read_questions,
    report::{self, Latencies, Section},
};

#[derive(Debug, Args)]
pub(crate) struct TextArgs {
    /// Folder of movie files, whose words are the vocabulary.
    #[arg(long)]
    movies: PathBuf,
    /// File of questions.
    #[arg(long)]
    queries: PathBuf,
    /// Number of rounds.
    #[arg(long, default_value_t = 20)]
    rounds: usize,
    /// Markdown file to write.
    #[arg(long)]
    report: Option<PathBuf>,
}

/// Understands every question of the file in turn, for several rounds, and measures each step.
pub(crate) fn measure(args: &TextArgs) -> anyhow::Result<()> {
    let movies = data::movies(&args.movies).context("the folder of movies does not exist")?;
    let vocabulary = Oracle::new(movies).vocabulary();
    let questions = read_questions(&args.queries)?;
    let texts: Vec<&str> = questions.iter().map(|question| question.query.as_str()).collect();
    let rounds = args.rounds;
    let read = time(&texts, rounds, |text| {
        black_box(understand(text, &reading::read(text).words, &vocabulary));
    });
    // The whole plan: understanding, expansion, clauses and weights.
    let compiled = time(&texts, rounds, |text| {
        let question = Question { text: text.to_owned(), ..Question::default() };
        black_box(compile(&question, &vocabulary));
    });
    let typed = time(&texts, rounds, |text| {
        black_box(compile_prefix(text, &Filter::default(), &vocabulary, Typos::Refused));
    });
    let text = markdown(&vocabulary, texts.len(), rounds, &read, &compiled, &typed);
    println!("{text}");
    if let Some(path) = &args.report {
        report::write(path, Section::Text, &text)?;
    }
    Ok(())
}

fn time(texts: &[&str], rounds: usize, work: impl Fn(&str)) -> Latencies {
    // The first round fills caches and builds tables for all later questions.
    texts.iter().for_each(|text| work(text));
    let mut taken: Vec<Duration> = Vec::with_capacity(texts.len() * rounds);
    for text in std::iter::repeat_n(texts, rounds).flatten() {
        let started = Instant::now();
        work(text);
        taken.push(started.elapsed());
    }
    Latencies::of(taken)
}

fn markdown(
    vocabulary: &Vocabulary,
    questions: usize,
    rounds: usize,
    read: &Latencies,
    compiled: &Latencies,
    typed: &Latencies,
) -> String {
    let row = |name: &str, taken: &Latencies| {
        let us = |percent| taken.ms(percent) * 1e3;
        format!("| {name} | {:.0} | {:.0} | {:.0} | {:.0} |\n", us(50.0), us(95.0), us(99.0), us(100.0))
    };
    format!(
        "## Understanding a text\n\n{questions} questions, {rounds} rounds, over a vocabulary of {} words \
         and {} people; microseconds:\n\n| step | p50 | p95 | p99 | max |\n| --- | ---: | ---: | ---: | \
         ---: |\n{}{}{}",
        vocabulary.word_count(),
        vocabulary.people().len(),
        row("words, understanding (years, genres, people)", read),
        row("the whole plan of a search: understanding, expansion, weights", compiled),
        row("the whole plan of an autocomplete", typed),
    )
}
