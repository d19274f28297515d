//! Estimates how many bytes of memory a query and its answer take. Strings decide; what is not counted is small.

use wikimovie_domain::{
    Correction, Details, FacetAnswer, Highlight, Hit, Movie, Question, SearchAnswer, Suggested, Suggestion,
    Warning,
};

use super::query::{EngineAnswer, EngineQuery};

/// Allocation and bookkeeping of one string, list or entry.
const EACH: usize = 32;
/// An entry of the store: key and value behind pointers, counters, the store's own tables.
const ENTRY: usize = 512;

/// Bytes of an entry, at most `u32::MAX`.
pub(super) fn entry(query: &EngineQuery, answer: &EngineAnswer) -> u32 {
    let bytes = ENTRY + of_query(query) + of_answer(query, answer);
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

fn text(text: &str) -> usize {
    EACH + text.len()
}

fn texts(texts: &[String]) -> usize {
    EACH + texts.iter().map(|item| text(item)).sum::<usize>()
}

/// A filter holds up to 256 values of 500 characters, in a tree: as JSON it is about as long as in memory.
fn question(question: &Question) -> usize {
    let json = serde_json::to_vec(question).map_or(0, |json| json.len());
    4 * EACH + 2 * json
}

fn of_query(query: &EngineQuery) -> usize {
    match query {
        EngineQuery::Search(request) => {
            let cursor = |hits: &wikimovie_domain::HitsRequest| hits.page.cursor.as_deref().map_or(0, text);
            let pages: usize = request.hits.iter().map(|hits| EACH + cursor(hits)).sum();
            question(&request.question) + pages + request.facets.len() * 2 * EACH
        }
        EngineQuery::Autocomplete(request) => {
            let filter = serde_json::to_vec(&request.filter).map_or(0, |json| json.len());
            text(&request.prefix) + 2 * filter
        }
        EngineQuery::Movies(ids) => ids.iter().map(|id| text(id.as_str())).sum(),
        EngineQuery::Similar(id, _) => text(id.as_str()),
        EngineQuery::Costars(name, _) => text(name),
        EngineQuery::CostarPath(from, to) => text(from) + text(to),
    }
}

fn of_answer(query: &EngineQuery, answer: &EngineAnswer) -> usize {
    match answer {
        EngineAnswer::Search(answer) => {
            // Questions inside of an answer are the one that was asked, with a part changed.
            let one = match query {
                EngineQuery::Search(request) => question(&request.question),
                _ => 0,
            };
            search(answer, one)
        }
        EngineAnswer::Suggestions(suggestions) => suggestions.iter().map(suggestion).sum(),
        EngineAnswer::Movies(movies) => {
            movies.iter().map(|movie| movie.as_ref().map_or(EACH, self::movie)).sum()
        }
        EngineAnswer::Similar(movies) => movies.iter().map(movie).sum(),
        EngineAnswer::Costars(costars) => {
            costars.iter().map(|costar| EACH + text(&costar.person.key) + text(&costar.person.name)).sum()
        }
        EngineAnswer::CostarPath(path) => path.as_ref().map_or(0, |path| {
            let step = |step: &wikimovie_domain::CostarStep| {
                text(step.movie.as_str()) + text(&step.person.key) + text(&step.person.name)
            };
            4 * EACH + path.steps.iter().map(step).sum::<usize>()
        }),
    }
}

fn search(answer: &SearchAnswer, question: usize) -> usize {
    let hits: usize = answer.hits.iter().flat_map(|page| &page.hits).map(hit).sum();
    let facets: usize = answer.facets.iter().map(facet).sum();
    let understood: usize =
        answer.understood.iter().map(|part| text(&part.typed) + text(&part.value) + question).sum();
    let corrected = |correction: &Correction| text(&correction.text) + question;
    let relaxed: usize = answer.relaxations.iter().map(|part| text(&part.dropped) + question).sum();
    let warnings: usize = answer.warnings.iter().map(warning).sum();
    hits + facets + understood + answer.did_you_mean.as_ref().map_or(0, corrected) + relaxed + warnings
}

fn hit(hit: &Hit) -> usize {
    let reasons: usize =
        hit.reasons.iter().map(|reason| EACH + text(&reason.typed) + text(&reason.matched)).sum();
    text(&hit.cursor) + movie(&hit.movie) + hit.highlights.iter().map(highlight).sum::<usize>() + reasons
}

fn highlight(highlight: &Highlight) -> usize {
    EACH + text(&highlight.text) + highlight.spans.len() * size_of::<wikimovie_domain::Span>()
}

fn movie(movie: &Movie) -> usize {
    let titles = movie.titles.iter().map(|other| text(&other.title) + optional(other.language.as_deref()));
    size_of::<Movie>()
        + text(movie.id.as_str())
        + text(&movie.title)
        + titles.sum::<usize>()
        + texts(&movie.directors)
        + texts(&movie.cast)
        + texts(&movie.genres)
        + optional(movie.summary.as_deref())
        + optional(movie.url.as_deref())
        + movie.poster.as_ref().map_or(0, |image| text(&image.url))
        + details(&movie.details)
        + text(&movie.provenance.provider)
        + text(&movie.provenance.object)
}

fn details(details: &Details) -> usize {
    let attribution = details.attribution.as_ref().map_or(0, |attribution| {
        text(&attribution.text)
            + optional(attribution.licence.as_deref())
            + optional(attribution.url.as_deref())
    });
    let lists = [&details.writers, &details.keywords, &details.languages, &details.countries];
    lists.into_iter().map(|list| texts(list)).sum::<usize>()
        + optional(details.plot.as_deref())
        + optional(details.certificate.as_deref())
        + details.ids.iter().map(|(source, id)| text(source) + text(id)).sum::<usize>()
        + details.ratings.iter().map(|rating| EACH + text(&rating.source)).sum::<usize>()
        + attribution
}

fn optional(value: Option<&str>) -> usize {
    value.map_or(0, text)
}

fn facet(facet: &FacetAnswer) -> usize {
    match facet {
        FacetAnswer::Terms { values, .. } => values.iter().map(|value| EACH + text(&value.value)).sum(),
        FacetAnswer::Years(years) => years.buckets.len() * 2 * EACH,
    }
}

fn suggestion(suggestion: &Suggestion) -> usize {
    let suggested = match &suggestion.suggested {
        Suggested::Movie(found) => movie(found),
        Suggested::Person { name } | Suggested::Genre { name } => text(name),
        Suggested::Decade { .. } => EACH,
    };
    suggested + highlight(&suggestion.highlight) + question(&suggestion.question)
}

fn warning(warning: &Warning) -> usize {
    text(&warning.message) + text(&warning.argument) + text(&warning.value) + texts(&warning.suggestions)
}
