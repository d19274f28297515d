//! A movie, and what hangs on it.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use wikimovie_domain as domain;

use crate::graphql::{ids, inputs::count, person::Person, scope};

/// One movie of one provider.
#[derive(Clone, Debug)]
pub(crate) struct Movie(Arc<domain::Movie>);

impl From<domain::Movie> for Movie {
    fn from(movie: domain::Movie) -> Self {
        Self(Arc::new(movie))
    }
}

impl From<Arc<domain::Movie>> for Movie {
    fn from(movie: Arc<domain::Movie>) -> Self {
        Self(movie)
    }
}

/// One movie as one provider lists it.
#[Object]
impl Movie {
    /// Global id, to fetch this movie again with `movie`, `movies` or `node`. It is stable over updates.
    pub(crate) async fn id(&self) -> ID {
        ids::movie_id(&self.0.id)
    }

    /// Title as the provider writes it.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Year of release; null where the provider does not know it.
    async fn year(&self) -> Option<i64> {
        self.0.year.map(domain::Year::get)
    }

    /// Names of the cast in billing order.
    async fn cast(&self) -> &[String] {
        &self.0.cast
    }

    /// The first of the cast as people, in billing order, to follow to their other movies. `cast` has all names.
    async fn people(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many people, 0 to 100.", default = 20)] first: Option<i32>,
    ) -> Result<Vec<Person>> {
        let first = count("first", first, 20)?.min(self.0.cast.len());
        let cast = &self.0.cast[..first];
        let found = scope::people(ctx, cast).await?;
        let people = cast.iter().zip(found);
        Ok(people
            .map(|(name, person)| person.map_or_else(|| Person::only_named(name), Person::from))
            .collect())
    }

    /// Genres as the provider writes them.
    async fn genres(&self) -> &[String] {
        &self.0.genres
    }

    /// What the movie is about, in plain text.
    async fn summary(&self) -> Option<&str> {
        self.0.summary.as_deref()
    }

    /// Page about the movie, an absolute `http` or `https` address.
    async fn url(&self) -> Option<&str> {
        self.0.url.as_deref()
    }

    /// Poster picture.
    async fn poster(&self) -> Option<Image> {
        let poster = self.0.poster.as_ref()?;
        Some(Image { url: poster.url.clone(), width: poster.width, height: poster.height })
    }

    /// Movies most like this one, best first, without it.
    async fn similar(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many movies, 0 to 100.", default = 6)] first: Option<i32>,
    ) -> Result<Vec<Movie>> {
        let first = count("first", first, 6)?;
        let found = scope::catalog(ctx).similar(&self.0.id, first).await?;
        Ok(found.into_iter().map(Movie::from).collect())
    }

    /// Where this record came from.
    async fn provenance(&self) -> Provenance {
        let provenance = &self.0.provenance;
        Provenance {
            provider: provenance.provider.clone(),
            object: provenance.object.clone(),
            record: provenance.record,
            generation: provenance.generation.to_string(),
        }
    }
}

/// A picture on the web.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Image {
    /// Absolute `http` or `https` address of the picture.
    url: String,
    /// Width in pixels, where known.
    width: Option<u32>,
    /// Height in pixels, where known.
    height: Option<u32>,
}

/// Origin of a movie's record: provider, file and position in it.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Provenance {
    /// Name of the provider.
    provider: String,
    /// Key of the object (file) that lists the movie, such as `nickelodeon/1900s-1930s.json`.
    object: String,
    /// Place of the record in the object: its line in NDJSON and CSV, its position from 1 in a JSON array.
    record: u64,
    /// Generation of the object: its time of change in milliseconds since 1970.
    generation: String,
}
