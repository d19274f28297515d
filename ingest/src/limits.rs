//! Bounds on what is read: they keep memory flat whatever a provider sends. Each breach is a refusal with its line.

/// Largest record in bytes of unpacked text: 1 MiB. The largest record known from real providers has 2,393 bytes.
pub const MAX_RECORD_BYTES: usize = 1 << 20;

/// Most columns of a CSV file.
pub const MAX_COLUMNS: usize = 1_000;

/// Deepest nesting of a JSON record, itself included. A movie needs three levels.
pub const MAX_DEPTH: usize = 32;

/// Largest object after unpacking: 32 GiB, some fifty million movies. Plain objects are bounded by their own size.
pub const MAX_INFLATED_BYTES: u64 = 32 << 30;

/// Largest unpacked size for each packed byte once [`RATIO_FREE_BYTES`] are unpacked. Movies pack 3 to 10 times;
/// a bomb reaches 1,032 (the limit of deflate).
pub const MAX_RATIO: u64 = 250;

/// Unpacked bytes that no ratio is asked of: short runs may pack extremely well. 64 MiB.
pub const RATIO_FREE_BYTES: u64 = 64 << 20;

/// Largest window of a zstd frame, as a power of two: 8 MiB, what RFC 8878 asks every decoder to take and what all
/// levels but `--ultra` and `--long` keep to.
pub const MAX_ZSTD_WINDOW_LOG: u32 = 23;

/// Longest title in characters, after cleaning.
pub const MAX_TITLE_CHARS: usize = 500;

/// Longest summary in characters, after cleaning.
pub const MAX_SUMMARY_CHARS: usize = 10_000;

/// Most names in a cast.
pub const MAX_CAST: usize = 1_000;

/// Longest name in characters, after cleaning.
pub const MAX_NAME_CHARS: usize = 200;

/// Most genres of a movie.
pub const MAX_GENRES: usize = 50;

/// Longest genre in characters, after cleaning.
pub const MAX_GENRE_CHARS: usize = 100;

/// Longest address in bytes: what browsers and proxies agree to carry.
pub const MAX_URL_BYTES: usize = 2_048;

/// Longest id of a record in characters and bytes.
pub const MAX_ID_BYTES: usize = 128;

/// Longest provider name in bytes; with [`MAX_ID_BYTES`] it makes [`wikimovie_domain::MovieId::MAX_BYTES`].
pub const MAX_PROVIDER_BYTES: usize = 64;

/// Most names of directors, and of writers.
pub const MAX_MAKERS: usize = 100;

/// Most other titles of a movie.
pub const MAX_TITLES: usize = 100;

/// Longest plot in characters, after cleaning.
pub const MAX_PLOT_CHARS: usize = 100_000;

/// Most keywords of a movie.
pub const MAX_KEYWORDS: usize = 200;

/// Longest keyword, language, country or certificate in characters, after cleaning.
pub const MAX_WORD_CHARS: usize = 100;

/// Most ids of a movie elsewhere.
pub const MAX_IDS: usize = 50;

/// Most languages of a movie, and most countries.
pub const MAX_PLACES: usize = 50;

/// Most ratings of a movie.
pub const MAX_RATINGS: usize = 50;

/// Longest running time in minutes: the longest film shown in cinemas has some 870.
pub const MAX_RUNTIME_MINUTES: u16 = 1_500;

/// Longest text of an attribution in characters, after cleaning.
pub const MAX_ATTRIBUTION_CHARS: usize = 1_000;

/// Largest mapping of a provider, in bytes.
pub const MAX_MAPPING_BYTES: u64 = 256 << 10;

/// Largest vocabulary, in bytes.
pub const MAX_VOCABULARY_BYTES: u64 = 1 << 20;
