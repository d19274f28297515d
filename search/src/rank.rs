//! What a match is worth.

use wikimovie_domain::Movie;

/// Highest [`prior`].
pub const MAX_PRIOR: u32 = 1023;

/// How well known a movie is by what the data shows, 0 to [`MAX_PRIOR`]. Whoever wrote more about a movie did so
/// because more people know it: the length of its cast and of its summary say most, an own page and a poster
/// the rest.
pub fn prior(movie: &Movie) -> u32 {
    let cast = share(movie.cast.len(), 24) * 380;
    let summary = share(movie.summary.as_deref().map_or(0, str::len), 1200) * 450;
    let genres = share(movie.genres.len(), 4) * 33;
    let flags = 80 * u32::from(movie.poster.is_some()) + 80 * u32::from(movie.url.is_some());
    ((cast + summary + genres) / SHARE + flags).min(MAX_PRIOR)
}

/// One whole, as [`share`] tells it.
const SHARE: u32 = 1000;

/// `value` of `whole`, in thousandths, growing ever slower: the tenth name tells less than the first.
fn share(value: usize, whole: usize) -> u32 {
    let ratio = ((value as f64 + 1.0).ln() / (whole as f64 + 1.0).ln()).min(1.0);
    (ratio * f64::from(SHARE)) as u32
}
