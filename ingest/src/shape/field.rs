//! The fields of a movie that are read from a record.

/// A field of a movie that is read from a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MovieField {
    /// The record's own id.
    Id,
    /// Title.
    Title,
    /// Year of release.
    Year,
    /// Leading names.
    Cast,
    /// Genres.
    Genres,
    /// Summary.
    Summary,
    /// Page about the movie.
    Url,
    /// Poster.
    Poster,
    /// Directors.
    Directors,
    /// Writers.
    Writers,
    /// Other titles.
    Titles,
    /// The whole plot.
    Plot,
    /// Keywords.
    Keywords,
    /// Ids elsewhere.
    Ids,
    /// Spoken languages.
    Languages,
    /// Countries of production.
    Countries,
    /// Running time.
    Runtime,
    /// Day of the first release.
    Released,
    /// Ratings.
    Ratings,
    /// Popularity.
    Popularity,
    /// For which age it is released.
    Certificate,
    /// Whom to name.
    Attribution,
}

impl MovieField {
    /// All of them, in the order of their values.
    pub const ALL: [Self; 22] = [
        Self::Id,
        Self::Title,
        Self::Year,
        Self::Cast,
        Self::Genres,
        Self::Summary,
        Self::Url,
        Self::Poster,
        Self::Directors,
        Self::Writers,
        Self::Titles,
        Self::Plot,
        Self::Keywords,
        Self::Ids,
        Self::Languages,
        Self::Countries,
        Self::Runtime,
        Self::Released,
        Self::Ratings,
        Self::Popularity,
        Self::Certificate,
        Self::Attribution,
    ];

    /// Its name in records, receipts and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Title => "title",
            Self::Year => "year",
            Self::Cast => "cast",
            Self::Genres => "genres",
            Self::Summary => "summary",
            Self::Url => "url",
            Self::Poster => "poster",
            Self::Directors => "directors",
            Self::Writers => "writers",
            Self::Titles => "titles",
            Self::Plot => "plot",
            Self::Keywords => "keywords",
            Self::Ids => "ids",
            Self::Languages => "languages",
            Self::Countries => "countries",
            Self::Runtime => "runtime",
            Self::Released => "released",
            Self::Ratings => "ratings",
            Self::Popularity => "popularity",
            Self::Certificate => "certificate",
            Self::Attribution => "attribution",
        }
    }

    /// The field of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }

    /// Whether it holds a list of texts.
    pub(crate) fn is_list(self) -> bool {
        matches!(
            self,
            Self::Cast
                | Self::Genres
                | Self::Directors
                | Self::Writers
                | Self::Titles
                | Self::Keywords
                | Self::Languages
                | Self::Countries
        )
    }

    /// Whether its entries are names of people.
    pub(crate) fn is_of_people(self) -> bool {
        matches!(self, Self::Cast | Self::Directors | Self::Writers)
    }
}
