//! Suggestions while a person types: one interface, four kinds of things.

use async_graphql::{Context, Enum, Interface, Object, Result};
use wikimovie_domain::{self as domain, Question, Suggested};

use crate::graphql::{hits::TextMatch, movie::Movie, person::Person, scalars::SearchState, scope};

/// What a suggestion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::SuggestionKind")]
pub(crate) enum SuggestionKind {
    /// A movie.
    Movie,
    /// A person.
    Person,
    /// A genre.
    Genre,
    /// A decade.
    Decade,
}

/// A completion of what is being typed. Every suggestion finds at least one movie under the current filters.
#[derive(Clone, Debug, Interface)]
#[graphql(
    field(name = "text", ty = "&str", desc = "Text to show and to put into the search box."),
    field(name = "count", ty = "u64", desc = "Movies found under the current filters; never 0."),
    field(name = "highlight", ty = "TextMatch", desc = "The text with the typed part highlighted."),
    field(name = "state", ty = "SearchState", desc = "The question that this suggestion leads to.")
)]
pub(crate) enum Suggestion {
    /// A movie.
    Movie(MovieSuggestion),
    /// A person.
    Person(PersonSuggestion),
    /// A genre.
    Genre(GenreSuggestion),
    /// A decade.
    Decade(DecadeSuggestion),
}

/// What every suggestion has.
#[derive(Clone, Debug)]
struct Common {
    highlight: TextMatch,
    count: u64,
    question: Question,
}

impl Common {
    fn state(&self, ctx: &Context<'_>) -> Result<SearchState> {
        Ok(scope::seal_state(ctx, &self.question)?)
    }
}

impl From<domain::Suggestion> for Suggestion {
    fn from(suggestion: domain::Suggestion) -> Self {
        let common = Common {
            highlight: suggestion.highlight.into(),
            count: suggestion.count,
            question: suggestion.question,
        };
        match suggestion.suggested {
            Suggested::Movie(movie) => Self::Movie(MovieSuggestion { common, movie: Movie::from(*movie) }),
            Suggested::Person { name } => Self::Person(PersonSuggestion { common, name }),
            Suggested::Genre { name } => Self::Genre(GenreSuggestion { common, name }),
            Suggested::Decade { from } => Self::Decade(DecadeSuggestion { common, from }),
        }
    }
}

/// A suggested movie.
#[derive(Clone, Debug)]
pub(crate) struct MovieSuggestion {
    common: Common,
    movie: Movie,
}

/// A movie that may be meant.
#[Object]
impl MovieSuggestion {
    /// Text to show and to put into the search box: the title.
    async fn text(&self) -> &str {
        self.common.highlight.plain()
    }

    /// Movies found under the current filters; never 0.
    async fn count(&self) -> u64 {
        self.common.count
    }

    /// The text with the typed part highlighted.
    async fn highlight(&self) -> TextMatch {
        self.common.highlight.clone()
    }

    /// The question that this suggestion leads to.
    async fn state(&self, ctx: &Context<'_>) -> Result<SearchState> {
        self.common.state(ctx)
    }

    /// The movie itself.
    async fn movie(&self) -> Movie {
        self.movie.clone()
    }
}

/// A suggested person.
#[derive(Clone, Debug)]
pub(crate) struct PersonSuggestion {
    common: Common,
    name: String,
}

/// A person who may be meant.
#[Object]
impl PersonSuggestion {
    /// Text to show and to put into the search box: the name.
    async fn text(&self) -> &str {
        self.common.highlight.plain()
    }

    /// Movies with this person under the current filters; never 0.
    async fn count(&self) -> u64 {
        self.common.count
    }

    /// The text with the typed part highlighted.
    async fn highlight(&self) -> TextMatch {
        self.common.highlight.clone()
    }

    /// The question that this suggestion leads to: the filters with this person added.
    async fn state(&self, ctx: &Context<'_>) -> Result<SearchState> {
        self.common.state(ctx)
    }

    /// The person, to follow to all their movies.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person> {
        let found = scope::people(ctx, std::slice::from_ref(&self.name)).await?;
        Ok(found.into_iter().flatten().next().map_or_else(|| Person::only_named(&self.name), Person::from))
    }
}

/// A suggested genre.
#[derive(Clone, Debug)]
pub(crate) struct GenreSuggestion {
    common: Common,
    name: String,
}

/// A genre that may be meant.
#[Object]
impl GenreSuggestion {
    /// Text to show and to put into the search box: the genre's name.
    async fn text(&self) -> &str {
        self.common.highlight.plain()
    }

    /// Movies of this genre under the current filters; never 0.
    async fn count(&self) -> u64 {
        self.common.count
    }

    /// The text with the typed part highlighted.
    async fn highlight(&self) -> TextMatch {
        self.common.highlight.clone()
    }

    /// The question that this suggestion leads to: the filters with this genre added.
    async fn state(&self, ctx: &Context<'_>) -> Result<SearchState> {
        self.common.state(ctx)
    }

    /// Name of the genre in its commonest spelling.
    async fn genre(&self) -> &str {
        &self.name
    }
}

/// A suggested decade.
#[derive(Clone, Debug)]
pub(crate) struct DecadeSuggestion {
    common: Common,
    from: i64,
}

/// A decade that may be meant.
#[Object]
impl DecadeSuggestion {
    /// Text to show and to put into the search box, such as `1980s`.
    async fn text(&self) -> &str {
        self.common.highlight.plain()
    }

    /// Movies of this decade under the current filters; never 0.
    async fn count(&self) -> u64 {
        self.common.count
    }

    /// The text with the typed part highlighted.
    async fn highlight(&self) -> TextMatch {
        self.common.highlight.clone()
    }

    /// The question that this suggestion leads to: the filters with this decade added.
    async fn state(&self, ctx: &Context<'_>) -> Result<SearchState> {
        self.common.state(ctx)
    }

    /// First year of the decade.
    async fn from(&self) -> i64 {
        self.from
    }

    /// Last year of the decade.
    async fn to(&self) -> i64 {
        self.from + 9
    }
}
