//! A person, known by the names of casts, directors and writers; their movies, co-stars, and the path to someone else.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use wikimovie_domain::{self as domain, Filter, MovieSort, PersonSummary, Question, SearchRequest, Wanted};
use wikimovie_text as text;

use crate::error::ApiError;
use crate::graphql::{
    hits::{MovieHitConnection, PageArguments, own_hits_request},
    ids,
    inputs::count,
    movie::Movie,
    scope,
};

/// A person of the catalogue.
#[derive(Clone, Debug)]
pub(crate) struct Person(PersonSummary);

impl From<PersonSummary> for Person {
    fn from(person: PersonSummary) -> Self {
        Self(person)
    }
}

impl Person {
    /// Someone whom a movie names and whom the catalogue has dropped between two questions of one operation.
    pub(crate) fn only_named(name: &str) -> Self {
        Self(PersonSummary { key: text::key(name), name: name.to_owned(), movies: 0 })
    }
}

/// What a person is to a movie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::Role")]
pub(crate) enum PersonRole {
    /// Is in its cast.
    Cast,
    /// Directed it.
    Director,
    /// Wrote it.
    Writer,
}

/// A person, known by the names of casts, directors and writers: spellings that differ in case, accents or punctuation
/// are one.
#[Object]
impl Person {
    /// Global id, to fetch this person again with `node`.
    pub(crate) async fn id(&self) -> ID {
        ids::person_id(&self.0.key)
    }

    /// Name in its commonest spelling.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Number of movies with this person, in whatever role; one with several of their roles counts once.
    async fn movie_count(&self) -> u64 {
        self.0.movies
    }

    /// Movies with this person, newest first. Without `first` or `last` a page has 20.
    async fn filmography(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What they are to these movies; omit it for movies in any role.")] role: Option<
            PersonRole,
        >,
        #[graphql(desc = "Number of movies from the start of the list or after `after`, 0 to 100.")]
        first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts; requires `first`.")] after: Option<String>,
        #[graphql(
            desc = "Number of movies from the end of the list or before `before`, 0 to 100; not together \
                    with `first`."
        )]
        last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends; requires `last`.")] before: Option<String>,
    ) -> Result<MovieHitConnection> {
        let page = PageArguments { first, after, last, before }.page()?;
        let request = SearchRequest {
            question: Question {
                filter: Filter::of_person(&self.0.name, role.map(domain::Role::from)),
                sort: MovieSort::YearDesc,
                ..Question::default()
            },
            hits: vec![own_hits_request(ctx, page)],
            facets: Vec::new(),
            wanted: Wanted::default(),
        };
        let mut answer = scope::catalog(ctx).search(request).await?;
        let page = answer.hits.pop().ok_or_else(|| ApiError::internal("an answer lacks its page"))?;
        Ok(page.into())
    }

    /// Who is in the same casts, most movies together first.
    async fn costars(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many people, 0 to 100.", default = 10)] first: Option<i32>,
    ) -> Result<Vec<Costar>> {
        let first = count("first", first, 10)?;
        let found = scope::catalog(ctx).costars(&self.0.name, first).await?;
        Ok(found
            .into_iter()
            .map(|costar| Costar { person: costar.person.into(), together: costar.together })
            .collect())
    }
}

/// Someone who is in the same casts.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Costar {
    /// The other person.
    person: Person,
    /// Number of movies together.
    together: u64,
}

/// How two people are connected through casts, by the fewest movies.
#[derive(Clone, Debug)]
pub(crate) struct CostarPath(domain::CostarPath);

impl From<domain::CostarPath> for CostarPath {
    fn from(path: domain::CostarPath) -> Self {
        Self(path)
    }
}

/// How two people are connected through casts, by the fewest movies.
#[Object]
impl CostarPath {
    /// The person where the path starts.
    async fn from(&self) -> Person {
        self.0.from.clone().into()
    }

    /// The person where the path ends.
    async fn to(&self) -> Person {
        self.0.to.clone().into()
    }

    /// Number of movies between them; 0 where both are the same person.
    async fn length(&self) -> usize {
        self.0.steps.len()
    }

    /// The movies between them in order, each with the person it leads to.
    async fn steps(&self, ctx: &Context<'_>) -> Result<Vec<CostarStep>> {
        let ids: Vec<_> = self.0.steps.iter().map(|step| step.movie.clone()).collect();
        let movies = scope::movies(ctx, &ids).await?;
        let steps = self.0.steps.iter().zip(movies).map(|(step, movie)| {
            let movie = movie.ok_or_else(|| ApiError::internal("a movie of a path is gone"))?;
            Ok(CostarStep { movie: Movie::from(movie), person: step.person.clone().into() })
        });
        steps.collect()
    }
}

/// One movie on the path between two people.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct CostarStep {
    /// The movie in which both the person before and this one appear.
    movie: Movie,
    /// The person to whom the movie leads.
    person: Person,
}
