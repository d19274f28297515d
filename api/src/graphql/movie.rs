//! A movie, and what hangs on it.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use wikimovie_domain as domain;
use wikimovie_text::shortened;

use crate::graphql::{
    details::{Attribution, ExternalId, OtherTitle, Rating},
    ids,
    inputs::{count, positive},
    person::Person,
    scalars::Date,
    scope,
};

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

    /// Other titles by which the movie is known, such as the original one and those of other countries.
    async fn titles(&self) -> Vec<OtherTitle> {
        self.0.titles.iter().map(OtherTitle::from).collect()
    }

    /// Names of the directors, the leading one first.
    async fn directors(&self) -> &[String] {
        &self.0.directors
    }

    /// Names of the writers.
    async fn writers(&self) -> &[String] {
        &self.0.details.writers
    }

    /// Names of the cast in billing order.
    async fn cast(
        &self,
        #[graphql(desc = "How many names, 0 to 100; omit it for all.")] first: Option<i32>,
    ) -> Result<&[String]> {
        let all = self.0.cast.as_slice();
        let first = count("first", first, all.len())?.min(all.len());
        Ok(&all[..first])
    }

    /// The first of the cast as people, in billing order, to follow to their other movies. `cast` has all names.
    async fn people(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many people, 0 to 100.", default = 20)] first: Option<i32>,
    ) -> Result<Vec<Person>> {
        people(ctx, &self.0.cast, first).await
    }

    /// The directors as people, the leading one first, to follow to their other movies. `directors` has all names.
    async fn directed_by(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many people, 0 to 100.", default = 20)] first: Option<i32>,
    ) -> Result<Vec<Person>> {
        people(ctx, &self.0.directors, first).await
    }

    /// Genres, each under the name that the vocabulary of genres gives it.
    async fn genres(&self) -> &[String] {
        &self.0.genres
    }

    /// What the movie is about, in plain text.
    async fn summary(
        &self,
        #[graphql(
            desc = "Most characters, at least 1: a longer text ends behind a word, with an ellipsis. Omit it \
                    for the whole text."
        )]
        max: Option<i32>,
    ) -> Result<Option<Cow<'_, str>>> {
        text(self.0.summary.as_deref(), max)
    }

    /// The whole plot in plain text: up to 100,000 characters, which are priced unless `max` asks for fewer.
    async fn plot(
        &self,
        #[graphql(
            desc = "Most characters, at least 1: a longer text ends behind a word, with an ellipsis. Omit it \
                    for the whole text."
        )]
        max: Option<i32>,
    ) -> Result<Option<Cow<'_, str>>> {
        text(self.0.details.plot.as_deref(), max)
    }

    /// Words and short phrases on what the movie is about.
    async fn keywords(&self) -> &[String] {
        &self.0.details.keywords
    }

    /// Spoken languages: tags of BCP 47 where the provider gives such, else names.
    async fn languages(&self) -> &[String] {
        &self.0.details.languages
    }

    /// Countries of production, as the provider names them.
    async fn countries(&self) -> &[String] {
        &self.0.details.countries
    }

    /// Minutes that the movie takes.
    async fn runtime(&self) -> Option<u16> {
        self.0.details.runtime
    }

    /// Day of the first release.
    async fn released(&self) -> Option<Date> {
        self.0.details.released.map(Date)
    }

    /// Ratings side by side, one a source.
    async fn ratings(&self) -> Vec<Rating> {
        self.0.details.ratings.iter().map(Rating::from).collect()
    }

    /// Mean of all ratings from 0 to 10, each weighted by its votes; null without a rating.
    async fn rating(&self) -> Option<f64> {
        self.0.details.rating().map(domain::RatingValue::get)
    }

    /// How much the movie is asked for, on the provider's own scale.
    async fn popularity(&self) -> Option<f64> {
        self.0.details.popularity.map(domain::Popularity::get)
    }

    /// For which age it is released, in the provider's own words, such as `PG-13`.
    async fn certificate(&self) -> Option<&str> {
        self.0.details.certificate.as_deref()
    }

    /// Ids of the movie elsewhere, by source.
    async fn ids(&self) -> Vec<ExternalId> {
        ExternalId::of(&self.0.details)
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

    /// Whom to name where this movie is shown; null where the provider asks for nothing.
    async fn attribution(&self) -> Option<Attribution> {
        self.0.details.attribution.as_ref().map(Attribution::from)
    }

    /// Where this record came from.
    async fn provenance(&self) -> Provenance {
        let provenance = &self.0.provenance;
        Provenance {
            provider: provenance.provider.clone(),
            object: provenance.object.clone(),
            record: provenance.record,
            generation: provenance.generation.to_string(),
            original_genres: provenance.original_genres.clone(),
        }
    }
}

/// A text in at most so many characters.
fn text(text: Option<&str>, max: Option<i32>) -> Result<Option<Cow<'_, str>>> {
    let Some(max) = max else { return Ok(text.map(Cow::Borrowed)) };
    let max = positive("max", max)?;
    Ok(text.map(|text| shortened(text, max)))
}

/// The first of some names as people.
async fn people(ctx: &Context<'_>, names: &[String], first: Option<i32>) -> Result<Vec<Person>> {
    let first = count("first", first, 20)?.min(names.len());
    let names = &names[..first];
    let found = scope::people(ctx, names).await?;
    let people = names.iter().zip(found);
    Ok(people.map(|(name, person)| person.map_or_else(|| Person::only_named(name), Person::from)).collect())
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
    /// Genres as the provider writes them; empty where the vocabulary changes none.
    original_genres: Vec<String>,
}
