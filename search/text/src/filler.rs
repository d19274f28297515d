//! Words that name no movie: those that only say that one is wanted (`movie`, `watch … online`), and the marks of a
//! release name (`1080p`, `BluRay`, `x264`, the group behind them).

/// Whether the folded word says that movies are wanted (`80s action movies`).
pub fn is_movie_word(word: &str) -> bool {
    matches!(word, "movie" | "movies" | "film" | "films" | "flick" | "flicks")
}

/// Whether the folded word only says that movies, or people in them, are wanted.
pub fn is_filler(word: &str) -> bool {
    is_movie_word(word)
        || matches!(
            word,
            "picture" | "pictures" | "cinema" | "feature" | "features" | "starring" | "featuring"
        )
}

/// For each of the folded words, whether it names nothing of a movie. Never all of them: a text of fillers alone is a
/// title (`Watch`, `The Movie`).
pub fn fillers(words: &[&str]) -> Vec<bool> {
    let mut filler: Vec<bool> = words.iter().map(|word| is_filler(word)).collect();
    mark_release(words, &mut filler);
    mark_viewing(words, &mut filler);
    mark_praise(words, &mut filler);
    if filler.iter().all(|filler| *filler) {
        filler.fill(false);
    }
    filler
}

/// First word of what a release name says behind the title and the year; `None` where the words are no release name.
/// Two marks make one: `BluRay` alone may stand in a plot.
pub fn release_tail(words: &[&str]) -> Option<usize> {
    let marks: Vec<usize> = (0..words.len()).filter(|&at| is_release_mark(words, at)).collect();
    match marks[..] {
        [first, _, ..] if first > 0 => Some(first),
        _ => None,
    }
}

fn mark_release(words: &[&str], filler: &mut [bool]) {
    for at in (0..words.len()).filter(|&at| is_release_mark(words, at)) {
        filler[at] = true;
    }
    let first = (0..words.len()).find(|&at| is_release_mark(words, at)).filter(|&first| first > 0);
    if let Some(tail) = release_tail(words) {
        filler[tail..].fill(true);
    }
    // `Aliens 1986 Remastered 1080p`: editions stand between the year and the first mark, or right behind a lone one.
    if let Some(first) = first {
        for at in (1..first).rev().take_while(|&at| is_edition(words[at])) {
            filler[at] = true;
        }
        for at in (first + 1..words.len()).take_while(|&at| is_edition(words[at])) {
            filler[at] = true;
        }
    }
}

/// Whether the word is a mark that no title has: resolution, source, codec, container.
fn is_release_mark(words: &[&str], at: usize) -> bool {
    let word = words[at];
    let neighbour = |at: Option<usize>| at.and_then(|at| words.get(at)).copied().unwrap_or_default();
    let (before, next) = (neighbour(at.checked_sub(1)), neighbour(Some(at + 1)));
    let resolution = word.strip_suffix(['p', 'i']).is_some_and(|lines| {
        matches!(lines, "240" | "360" | "480" | "540" | "576" | "720" | "1080" | "1440" | "2160" | "4320")
    });
    let known = matches!(
        word,
        "4k" | "8k"
            | "uhd"
            | "bluray"
            | "brrip"
            | "bdrip"
            | "bdremux"
            | "dvdrip"
            | "dvdscr"
            | "webrip"
            | "webdl"
            | "hdtv"
            | "hdtvrip"
            | "hdrip"
            | "hdcam"
            | "hdts"
            | "camrip"
            | "vhsrip"
            | "tvrip"
            | "x264"
            | "x265"
            | "h264"
            | "h265"
            | "hevc"
            | "avc"
            | "xvid"
            | "divx"
            | "aac"
            | "aac2"
            | "ac3"
            | "eac3"
            | "dts"
            | "dtshd"
            | "ddp"
            | "ddp2"
            | "ddp5"
            | "dd5"
            | "truehd"
            | "remux"
            | "10bit"
            | "8bit"
            | "hdr"
            | "hdr10"
            | "mkv"
            | "mp4"
            | "m4v"
            | "yify"
            | "yts"
            | "rarbg"
            | "amzn"
            | "dsnp"
    );
    let pair = match word {
        "blu" | "web" => matches!(next, "ray" | "dl" | "rip"),
        "ray" | "dl" => matches!(before, "blu" | "web"),
        "rip" => matches!(before, "web" | "dvd" | "bd" | "br" | "hd"),
        "h" | "x" => matches!(next, "264" | "265"),
        "264" | "265" => matches!(before, "h" | "x"),
        _ => false,
    };
    resolution || known || pair
}

/// Whether the word may name an edition or a language of a release.
fn is_edition(word: &str) -> bool {
    matches!(
        word,
        "extended"
            | "unrated"
            | "uncut"
            | "remastered"
            | "proper"
            | "repack"
            | "internal"
            | "limited"
            | "theatrical"
            | "directors"
            | "cut"
            | "edition"
            | "imax"
            | "multi"
            | "dual"
            | "audio"
            | "dubbed"
            | "subbed"
            | "subs"
            | "web"
            | "dvd"
            | "hd"
            | "3d"
            | "eng"
            | "ita"
            | "french"
            | "german"
            | "nf"
            | "dv"
    )
}

/// `watch … online free`, `… full movie`, `… trailer`.
fn mark_viewing(words: &[&str], filler: &mut [bool]) {
    let online =
        words.iter().any(|word| matches!(*word, "online" | "streaming" | "stream" | "download" | "free"));
    let movies = words.iter().any(|word| is_movie_word(word));
    let last = words.len().saturating_sub(1);
    for (at, word) in words.iter().enumerate() {
        let next = words.get(at + 1).copied().unwrap_or_default();
        let at_end = (at + 1..=last).all(|later| filler[later] || is_viewing(words[later]));
        filler[at] |= match *word {
            "watch" | "stream" | "download" => at == 0 && last > 0 && (online || movies),
            "full" => is_movie_word(next) || next == "hd",
            _ if is_viewing(word) => at > 0 && at_end,
            _ => false,
        };
    }
}

fn is_viewing(word: &str) -> bool {
    matches!(
        word,
        "online"
            | "free"
            | "streaming"
            | "stream"
            | "download"
            | "torrent"
            | "hd"
            | "trailer"
            | "subtitles"
            | "imdb"
            | "netflix"
            | "dvd"
    )
}

/// `best war movies`.
fn mark_praise(words: &[&str], filler: &mut [bool]) {
    if words.iter().any(|word| is_movie_word(word)) {
        for (at, word) in words.iter().enumerate() {
            filler[at] |= matches!(
                *word,
                "best"
                    | "good"
                    | "great"
                    | "greatest"
                    | "top"
                    | "popular"
                    | "famous"
                    | "favorite"
                    | "favourite"
                    | "recommended"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_no_movie_is_found() {
        let cases = [
            ("the matrix 1999 1080p", "the matrix 1999"),
            ("the matrix 1999 1080p bluray x264 sparks", "the matrix 1999"),
            ("aliens 1986 remastered 2160p uhd bluray hevc", "aliens 1986"),
            ("1080p heat", "heat"),
            ("blade runner blu ray", "blade runner"),
            ("heat 1995 web dl h 264 evo", "heat 1995"),
            ("watch inception online free", "inception"),
            ("jaws full movie", "jaws"),
            ("family plot movie", "family plot"),
            ("best war movies", "war"),
            ("full metal jacket", "full metal jacket"),
            ("night watch", "night watch"),
            ("the extended family", "the extended family"),
            ("free willy", "free willy"),
            ("the best man", "the best man"),
            ("the movie", "the"),
            ("movie", "movie"),
            ("watch", "watch"),
        ];
        for (text, content) in cases {
            let words: Vec<&str> = text.split(' ').collect();
            let filler = fillers(&words);
            let kept: Vec<&str> =
                words.iter().zip(filler).filter(|(_, filler)| !filler).map(|(word, _)| *word).collect();
            assert_eq!(kept.join(" "), content, "{text}");
        }
    }
}
