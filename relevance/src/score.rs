//! Relevance scores over the outcomes of a list.

use std::fmt::Write as _;

use crate::ask::GoldenOutcome;

/// Means over questions; each is 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scores {
    /// Questions.
    pub questions: usize,
    /// Mean reciprocal rank of the first expected movie among ten (Voorhees, TREC-8 question answering track), over the
    /// questions for which it counts; `None` if it counts for none.
    pub mrr: Option<f64>,
    /// Share of questions with an expected movie first.
    pub success_at_1: f64,
    /// Share of questions with an expected movie among ten.
    pub success_at_10: f64,
    /// Recall: expected movies among ten, of those there could be.
    pub recall: f64,
    /// Precision: expected movies of those among ten.
    pub precision: f64,
}

/// The measures of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// By category, in the order of the list.
    pub categories: Vec<(String, Scores)>,
    /// Over all questions.
    pub all: Scores,
    /// Mean of the categories, each with the same weight.
    pub mean: Scores,
}

/// Floors of the scores; unset means no floor.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Floors {
    /// Of the mean of categories' MRR.
    pub mean: Option<f64>,
    /// Of the MRR of every category.
    pub category: Option<f64>,
    /// Of the recall@10 of every category.
    pub recall: Option<f64>,
    /// Of success@10 over all questions.
    pub success: Option<f64>,
}

impl Scores {
    fn of(outcomes: &[&GoldenOutcome]) -> Self {
        let mean = |value: fn(&GoldenOutcome) -> f64| average(outcomes.iter().map(|outcome| value(outcome)));
        let ranks = outcomes.iter().filter(|outcome| outcome.mrr);
        let ranks: Vec<f64> =
            ranks.map(|outcome| outcome.first.map_or(0.0, |place| 1.0 / place as f64)).collect();
        Self {
            questions: outcomes.len(),
            mrr: (!ranks.is_empty()).then(|| average(ranks.into_iter())),
            success_at_1: mean(|outcome| f64::from(outcome.first == Some(1))),
            success_at_10: mean(|outcome| f64::from(outcome.first.is_some())),
            recall: mean(|outcome| outcome.recall),
            precision: mean(|outcome| outcome.precision),
        }
    }
}

impl Report {
    /// Measures the outcomes of a list.
    pub fn of(outcomes: &[GoldenOutcome]) -> Self {
        let mut names: Vec<&str> = Vec::new();
        for outcome in outcomes {
            if !names.contains(&outcome.category.as_str()) {
                names.push(&outcome.category);
            }
        }
        let of = |name: &str| -> Vec<&GoldenOutcome> {
            outcomes.iter().filter(|outcome| outcome.category == name).collect()
        };
        let categories: Vec<(String, Scores)> =
            names.into_iter().map(|name| (name.to_owned(), Scores::of(&of(name)))).collect();
        let mean = |value: fn(&Scores) -> f64| average(categories.iter().map(|(_, scores)| value(scores)));
        let ranks: Vec<f64> = categories.iter().filter_map(|(_, scores)| scores.mrr).collect();
        let mean = Scores {
            questions: outcomes.len(),
            mrr: (!ranks.is_empty()).then(|| average(ranks.into_iter())),
            success_at_1: mean(|scores| scores.success_at_1),
            success_at_10: mean(|scores| scores.success_at_10),
            recall: mean(|scores| scores.recall),
            precision: mean(|scores| scores.precision),
        };
        Self { all: Scores::of(&outcomes.iter().collect::<Vec<_>>()), mean, categories }
    }

    /// The scores as lines of text, one category per line.
    pub fn table(&self) -> String {
        let mut text = format!(
            "{:<22} {:>5} {:>8} {:>10} {:>11} {:>10} {:>8}\n",
            "category", "n", "MRR@10", "success@1", "success@10", "recall@10", "prec@10"
        );
        let ends = [("all questions", &self.all), ("mean of categories", &self.mean)];
        let rows = self.categories.iter().map(|(name, scores)| (name.as_str(), scores)).chain(ends);
        for (name, scores) in rows {
            // Writing to a text cannot fail.
            let _ = writeln!(
                text,
                "{name:<22} {:>5} {:>8} {:>10.3} {:>11.3} {:>10.3} {:>8.3}",
                scores.questions,
                rank(scores.mrr),
                scores.success_at_1,
                scores.success_at_10,
                scores.recall,
                scores.precision
            );
        }
        text
    }
}

/// An MRR for people.
pub fn rank(mrr: Option<f64>) -> String {
    mrr.map_or_else(|| "-".to_owned(), |mrr| format!("{mrr:.3}"))
}

impl Floors {
    /// Every score below its floor, one per line.
    pub fn missed(&self, report: &Report) -> Vec<String> {
        let mut missed = Vec::new();
        let mut check = |name: &str, value: Option<f64>, floor: Option<f64>| {
            if let (Some(value), Some(floor)) = (value, floor)
                && value < floor
            {
                missed.push(format!("{name} is {value:.3}, below {floor}"));
            }
        };
        check("the mean of the categories' MRR@10", report.mean.mrr, self.mean);
        check("success@10 over all questions", Some(report.all.success_at_10), self.success);
        for (category, scores) in &report.categories {
            check(&format!("the MRR@10 of {category}"), scores.mrr, self.category);
            check(&format!("the recall@10 of {category}"), Some(scores.recall), self.recall);
        }
        missed
    }
}

fn average(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len();
    if count == 0 { 0.0 } else { values.sum::<f64>() / count as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(category: &str, first: Option<usize>, mrr: bool) -> GoldenOutcome {
        GoldenOutcome {
            id: String::new(),
            category: category.to_owned(),
            query: String::new(),
            first,
            mrr,
            recall: 1.0,
            precision: 0.5,
            best: None,
        }
    }

    #[test]
    fn categories_weigh_the_same_and_some_ranks_do_not_count() {
        let outcomes = [
            outcome("a", Some(1), true),
            outcome("a", Some(2), true),
            outcome("a", None, true),
            outcome("b", Some(4), true),
            outcome("c", Some(9), false),
        ];
        let report = Report::of(&outcomes);
        let ranks: Vec<String> = report.categories.iter().map(|(_, scores)| rank(scores.mrr)).collect();
        assert_eq!(ranks, ["0.500", "0.250", "-"]);
        assert_eq!((rank(report.mean.mrr), rank(report.all.mrr)), ("0.375".to_owned(), "0.438".to_owned()));
        assert!((report.all.success_at_10 - 0.8).abs() < 1e-9);
        let floors = Floors { mean: Some(0.3), category: Some(0.4), success: Some(0.9), recall: Some(1.0) };
        let missed = floors.missed(&report);
        assert_eq!(
            missed,
            ["success@10 over all questions is 0.800, below 0.9", "the MRR@10 of b is 0.250, below 0.4"]
        );
        let floors = Floors { recall: Some(1.1), ..Floors::default() };
        assert_eq!(floors.missed(&report).len(), 3);
        assert!(Floors::default().missed(&report).is_empty());
    }
}
