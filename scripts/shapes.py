#!/usr/bin/env python3
"""Writes files of movies in the shapes that the world has, and what is to be read of each.

    scripts/shapes.py FOLDER [ROWS]

The movies are ROWS (50) of seeds/: titles, years, names, genres, running times and words about them are theirs. What seeds
do not tell (ids elsewhere, ratings, votes, days, languages, countries, keywords, addresses of pictures) is counted up, and
says nothing of the movie. Each file has a row that is no movie where its shape has such. FOLDER/expected.json lists, for
each file, the preset and every field of every movie, as it is stored: ratings in hundredths, popularity in thousandths.
"""

import csv
import glob
import gzip
import io
import json
import os
import sys
from datetime import datetime, timedelta, timezone

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")

# Genres as IMDb and others write them; the vocabulary makes them those of seeds.
ELSEWHERE = {
    "Science Fiction": "Sci-Fi", "Animated": "Animation", "Noir": "Film-Noir", "Sports": "Sport", "Historical": "History",
}
TMDB = {
    "Adventure": 12, "Fantasy": 14, "Animated": 16, "Drama": 18, "Horror": 27, "Action": 28, "Comedy": 35, "Historical": 36,
    "Western": 37, "Thriller": 53, "Crime": 80, "Documentary": 99, "Science Fiction": 878, "Mystery": 9648,
    "Romance": 10749, "Family": 10751, "War": 10752,
}
TMDB_NAMES = {"Animated": "Animation", "Historical": "History"}
MOVIELENS = [
    ("Action", "Action"), ("Adventure", "Adventure"), ("Animation", "Animated"), ("Children's", "Family"),
    ("Comedy", "Comedy"), ("Crime", "Crime"), ("Documentary", "Documentary"), ("Drama", "Drama"), ("Fantasy", "Fantasy"),
    ("Film-Noir", "Noir"), ("Horror", "Horror"), ("Musical", "Musical"), ("Mystery", "Mystery"), ("Romance", "Romance"),
    ("Sci-Fi", "Science Fiction"), ("Thriller", "Thriller"), ("War", "War"), ("Western", "Western"),
]
COUNTRIES = [("US", "United States"), ("FR", "France"), ("JP", "Japan"), ("GB", "United Kingdom"), ("IN", "India")]
LANGUAGES = [("en", "English"), ("fr", "French"), ("ja", "Japanese"), ("it", "Italian"), ("hi", "Hindi")]
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


class Film:
    """A movie of seeds, and what is counted up for it."""

    def __init__(self, number, movie):
        self.n = number
        self.title, self.year, self.cast = movie["title"], movie["year"], movie["cast"]
        self.genres, self.summary, self.url = movie["genres"], movie["summary"], movie["url"]
        self.directors, self.runtime = movie["directors"], movie["runtime"]
        self.original = next((t["title"] for t in movie.get("titles", []) if t["kind"] == "ORIGINAL"), self.title)
        self.imdb, self.tmdb, self.qid = f"tt{9900000 + number}", 9900000 + number, f"Q{990000000 + number}"
        self.day = datetime(self.year, number % 12 + 1, number % 27 + 2, tzinfo=timezone.utc)
        self.tenths, self.votes, self.percent = 50 + number % 45, 1000 + 37 * number, 40 + number % 60
        self.country = [COUNTRIES[number % 5], COUNTRIES[(number + 2) % 5]][: 1 + number % 2]
        self.language = [LANGUAGES[number % 5], LANGUAGES[(number + 1) % 5]][: 1 + number % 2]
        self.certificate = ["G", "PG", "PG-13", "R"][number % 4]
        self.keywords = [f"subject {number}", "it's a subject"][: 1 + number % 2]
        self.poster = f"https://images.example.org/{number}.jpg"

    date = property(lambda self: self.day.strftime("%Y-%m-%d"))
    elsewhere = property(lambda self: [ELSEWHERE.get(genre, genre) for genre in self.genres])
    rating = property(lambda self: f"{self.tenths // 10}.{self.tenths % 10}")
    names = property(lambda self: [name for name in self.cast[:4]])
    writers = property(lambda self: [f"Writer No {letter}" for letter in "AB"[: 1 + self.n % 2]])

    def rated(self, source, votes=True, value=None):
        value = self.tenths * 10 if value is None else value
        return {"source": source, "value": value, **({"votes": self.votes} if votes else {})}

    def other(self, language=None):
        if self.original == self.title:
            return []
        return [{"title": self.original, **({"language": language} if language else {}), "kind": "ORIGINAL"}]


def seeds(rows):
    movies = []
    for name in sorted(glob.glob(os.path.join(ROOT, "seeds", "*", "*"))):
        if name.endswith(".csv"):
            continue
        opened = gzip.open(name, "rt", encoding="utf-8") if name.endswith(".gz") else open(name, encoding="utf-8")
        with opened as file:
            text = file.read()
        movies += json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.splitlines()]
    movies.sort(key=lambda movie: movie["id"])
    # Half of them have titles with marks and accents, which is where files go wrong.
    marked = [movie for movie in movies if any(c in ",\"'&:!" or c > "~" for c in movie["title"])]
    plain = [movie for movie in movies if movie not in marked]
    take = lambda list, count: list[:: max(1, len(list) // count)][:count]
    chosen = take(marked, rows // 2) + take(plain, rows - rows // 2)
    return [Film(number, movie) for number, movie in enumerate(chosen, 1)]


def table(header, rows, separator=",", quotes=True):
    if not quotes:
        return "".join(separator.join(map(str, row)) + "\n" for row in [header, *rows] if row)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    writer.writerows(row for row in [header, *rows] if row)
    return text.getvalue()


def lines(records):
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


FILES = []


def shape(name, preset, skipped=(), encoding="utf-8"):
    """Adds a file; the function gives its text and what is to be read of each movie."""

    def add(write):
        FILES.append((name, preset, list(skipped), encoding, write))
        return write

    return add


@shape("imdb-title.basics.tsv", "imdb", [["tvSeries", 1]])
def _(films):
    header = "tconst titleType primaryTitle originalTitle isAdult startYear endYear runtimeMinutes genres".split()
    rows = [
        [f.imdb, "movie", f.title, f.original, 0, f.year, "\\N", f.runtime, ",".join(f.elsewhere)] for f in films
    ]
    rows.insert(7, ["tt0000001", "tvSeries", "A series", "A series", 0, 1990, 1994, 30, "Drama"])
    return table(header, rows, "\t", quotes=False), [
        dict(id=f.imdb, title=f.title, year=f.year, genres=f.genres, runtime=f.runtime, titles=f.other(), ids={"imdb": f.imdb},
             original_genres=f.elsewhere)
        for f in films
    ]


@shape("imdb-list.csv", "imdb-list", [["TV Series", 1]])
def _(films):
    header = ["Position", "Const", "Created", "Modified", "Description", "Title", "Original Title", "URL", "Title Type",
              "IMDb Rating", "Runtime (mins)", "Year", "Genres", "Num Votes", "Release Date", "Directors"]
    address = "https://www.imdb.com/title/{}/"
    rows = [
        [f.n, f.imdb, "2024-01-05", "2024-01-06", "seen", f.title, f.original, address.format(f.imdb), "Movie", f.rating,
         f.runtime, f.year, ", ".join(f.elsewhere), f.votes, f.date, ", ".join(f.directors)]
        for f in films
    ]
    rows.append([99, "tt0000001", "", "", "", "A series", "", address.format("tt0000001"), "TV Series", 8, 30, 1990, "Drama",
                 9, "1990-01-02", ""])
    return table(header, rows), [
        dict(id=f.imdb, title=f.title, year=f.year, genres=f.genres, url=address.format(f.imdb), runtime=f.runtime,
             directors=f.directors, released=f.date, ratings=[f.rated("imdb")], titles=f.other(), ids={"imdb": f.imdb},
             original_genres=f.elsewhere)
        for f in films
    ]


@shape("imdb-top-1000.csv", "imdb-top-1000")
def _(films):
    header = ("Poster_Link,Series_Title,Released_Year,Certificate,Runtime,Genre,IMDB_Rating,Overview,Meta_score,Director,"
              "Star1,Star2,Star3,Star4,No_of_Votes,Gross").split(",")
    rows = [
        [f.poster, f.title, f.year, f.certificate, f"{f.runtime} min", ", ".join(f.elsewhere), f.rating, f.summary, f.percent,
         f.directors[0], *(f.names + [""] * 4)[:4], f.votes, "28,341,469"]
        for f in films
    ]
    return table(header, rows), [
        dict(id="~", title=f.title, year=f.year, genres=f.genres, poster=f.poster, summary=f.summary, cast=f.names,
             certificate=f.certificate, runtime=f.runtime, directors=f.directors[:1], original_genres=f.elsewhere,
             ratings=[f.rated("imdb"), f.rated("metacritic", False, f.percent * 10)])
        for f in films
    ]


def tmdb_genres(f):
    known = [genre for genre in f.genres if genre in TMDB]
    return known, [TMDB[genre] for genre in known], [TMDB_NAMES.get(genre, genre) for genre in known]


@shape("tmdb-pages.json", "tmdb")
def _(films):
    def record(f):
        return dict(adult=False, backdrop_path=None, genre_ids=tmdb_genres(f)[1], id=f.tmdb,
                    original_language=f.language[0][0], original_title=f.original, overview=f.summary, popularity=f.n + 0.5,
                    poster_path=f"/{f.n}.jpg", release_date=f.date, title=f.title, video=False,
                    vote_average=f.tenths / 10, vote_count=f.votes)

    pages = [films[at : at + 20] for at in range(0, len(films), 20)]
    text = lines(
        dict(page=n, results=[record(f) for f in page], total_pages=len(pages), total_results=len(films))
        for n, page in enumerate(pages, 1)
    )
    return text, [
        dict(id=str(f.tmdb), title=f.title, year=f.year, genres=tmdb_genres(f)[0], summary=f.summary,
             poster=f"https://image.tmdb.org/t/p/w500/{f.n}.jpg", languages=[f.language[0][0]], released=f.date,
             popularity=f.n * 1000 + 500, ratings=[f.rated("tmdb")], titles=f.other(f.language[0][0]),
             ids={"tmdb": str(f.tmdb)}, original_genres=tmdb_genres(f)[2])
        for f in films
    ]


@shape("tmdb_5000_movies.csv", "tmdb-5000")
def _(films):
    header = ("budget,genres,homepage,id,keywords,original_language,original_title,overview,popularity,production_companies,"
              "production_countries,release_date,revenue,runtime,spoken_languages,status,tagline,title,vote_average,"
              "vote_count").split(",")
    # Later versions of the file have lists as Python prints them.
    cell = lambda f, list: json.dumps(list, ensure_ascii=False) if f.n % 2 else repr(list)
    named = lambda names: [{"id": n, "name": name} for n, name in enumerate(names)]
    rows = [
        [11000, cell(f, named(tmdb_genres(f)[2])), f.url, f.tmdb, cell(f, named(f.keywords)), f.language[0][0], f.original,
         f.summary, f.n + 0.5, "[]", cell(f, [{"iso_3166_1": code, "name": name} for code, name in f.country]), f.date, 5,
         float(f.runtime), cell(f, [{"iso_639_1": code, "name": name} for code, name in f.language]), "Released", "",
         f.title, f.tenths / 10, f.votes]
        for f in films
    ]
    return table(header, rows), [
        dict(id=str(f.tmdb), title=f.title, year=f.year, genres=tmdb_genres(f)[0], url=f.url, keywords=f.keywords,
             summary=f.summary, countries=[name for _, name in f.country], languages=[code for code, _ in f.language],
             released=f.date, runtime=f.runtime, popularity=f.n * 1000 + 500, ratings=[f.rated("tmdb")],
             titles=f.other(f.language[0][0]), ids={"tmdb": str(f.tmdb)}, original_genres=tmdb_genres(f)[2])
        for f in films
    ]


@shape("tmdb_5000_credits.csv", "tmdb-5000-credits")
def _(films):
    def row(f):
        cast = [{"cast_id": n, "character": "A 'part'", "name": name, "order": n} for n, name in enumerate(f.names)]
        crew = [{"job": "Director", "name": name} for name in f.directors]
        crew += [{"job": "Screenplay", "name": name} for name in f.writers] + [{"job": "Editor", "name": "An Editor"}]
        return [f.tmdb, f.title, json.dumps(cast, ensure_ascii=False), json.dumps(crew, ensure_ascii=False)]

    return table(["movie_id", "title", "cast", "crew"], [row(f) for f in films]), [
        dict(id=str(f.tmdb), title=f.title, cast=f.names, directors=f.directors, writers=f.writers,
             ids={"tmdb": str(f.tmdb)})
        for f in films
    ]


def movielens_genres(f):
    of = {ours: theirs for theirs, ours in MOVIELENS}
    known = [genre for genre in f.genres if genre in of]
    return known, [of[genre] for genre in known]


def behind(title):
    """As MovieLens puts articles."""
    for article in ("The", "A", "An", "Les", "La", "Le"):
        if title.startswith(article + " "):
            return f"{title[len(article) + 1:]}, {article}"
    return title


def movielens(films, of="movielens"):
    return [
        dict(id=str(f.n), title=behind(f.title), year=f.year, genres=movielens_genres(f)[0], ids={of: str(f.n)},
             original_genres=movielens_genres(f)[1])
        for f in films
    ]


@shape("movielens-movies.csv", "movielens")
def _(films):
    rows = [
        [f.n, f"{behind(f.title)} ({f.year})", "|".join(movielens_genres(f)[1]) or "(no genres listed)"] for f in films
    ]
    return table(["movieId", "title", "genres"], rows), movielens(films)


@shape("movielens-movies.dat", "movielens", encoding="cp1252")
def _(films):
    rows = [[f.n, f"{behind(f.title)} ({f.year})", "|".join(movielens_genres(f)[1])] for f in films]
    return table(None, rows, "::", quotes=False), movielens(films)


@shape("movielens-u.item", "movielens-100k", encoding="cp1252")
def _(films):
    def row(f):
        flags = [int(theirs in movielens_genres(f)[1]) for theirs, _ in MOVIELENS]
        # Days that nobody knows are written as the first of January.
        day = f"01-Jan-{f.year}" if f.n % 2 else f"{f.day.day:02}-{MONTHS[f.day.month - 1]}-{f.year}"
        return [f.n, f"{behind(f.title)} ({f.year})", day, "", f"http://us.imdb.com/M/title-exact?{f.n}", 0, *flags]

    expected = movielens(films, "movielens-100k")
    order = [ours for _, ours in MOVIELENS]
    for f, movie in zip(films, expected):
        movie["genres"] = sorted(movie["genres"], key=order.index)
        movie["original_genres"] = [theirs for theirs, ours in MOVIELENS if ours in movie["genres"]]
        movie["url"] = f"http://us.imdb.com/M/title-exact?{f.n}"
        movie["released"] = None if f.n % 2 else f.date
    return table(None, [row(f) for f in films], "|", quotes=False), expected


@shape("omdb.json", "omdb", [["series", 1]])
def _(films):
    def record(f):
        return dict(
            Title=f.title, Year=str(f.year), Rated=f.certificate,
            Released=f"{f.day.day:02} {MONTHS[f.day.month - 1]} {f.year}", Runtime=f"{f.runtime} min",
            Genre=", ".join(f.elsewhere), Director=", ".join(f.directors),
            Writer=", ".join(f"{name} (screenplay)" for name in f.writers), Actors=", ".join(f.names), Plot=f.summary,
            Language=", ".join(name for _, name in f.language), Country=", ".join(name for _, name in f.country), Awards="N/A",
            Poster=f.poster if f.n % 3 else "N/A",
            Ratings=[{"Source": "Internet Movie Database", "Value": f"{f.rating}/10"},
                     {"Source": "Rotten Tomatoes", "Value": f"{f.percent}%"}],
            Metascore=str(f.percent), imdbRating=f.rating, imdbVotes=f"{f.votes:,}", imdbID=f.imdb, Type="movie",
            Response="True")

    series = dict(Title="A series", Year="1990–1994", imdbID="tt0000001", Type="series", Response="True")
    return lines([record(films[0]), series, *map(record, films[1:])]), [
        dict(id=f.imdb, title=f.title, year=f.year, certificate=f.certificate, released=f.date, runtime=f.runtime,
             genres=f.genres, directors=f.directors, writers=f.writers, cast=f.names, summary=f.summary,
             languages=[name for _, name in f.language], countries=[name for _, name in f.country],
             poster=f.poster if f.n % 3 else None, ids={"imdb": f.imdb}, original_genres=f.elsewhere,
             ratings=[f.rated("imdb"), f.rated("rottentomatoes", False, f.percent * 10),
                      f.rated("metacritic", False, f.percent * 10)])
        for f in films
    ]


@shape("netflix_titles.csv", "netflix", [["TV Show", 1]])
def _(films):
    header = "show_id,type,title,director,cast,country,date_added,release_year,rating,duration,listed_in,description".split(",")
    theirs = {"Drama": "Dramas", "Comedy": "Comedies", "Documentary": "Documentaries", "Horror": "Horror Movies"}
    kinds = lambda f: [theirs.get(genre, genre) for genre in f.genres]
    rows = [
        [f"s{f.n}", "Movie", f.title, ", ".join(f.directors), ", ".join(f.names), ", ".join(name for _, name in f.country),
         "September 24, 2021", f.year, f.certificate, f"{f.runtime} min", ", ".join(kinds(f)), f.summary]
        for f in films
    ]
    rows.insert(3, ["s999", "TV Show", "A series", "", "", "", "", 2001, "TV-14", "9 Seasons", "TV Dramas", "One."])
    return table(header, rows), [
        dict(id=f"s{f.n}", title=f.title, year=f.year, directors=f.directors, cast=f.names, genres=f.genres,
             countries=[name for _, name in f.country], certificate=f.certificate, runtime=f.runtime, summary=f.summary,
             original_genres=kinds(f))
        for f in films
    ]


def boxd(f):
    return f"https://boxd.it/{f.n:04}"


def letterboxd(films, rated):
    return [
        dict(id="~", title=f.title, year=f.year, url=boxd(f),
             ratings=[{"source": "letterboxd", "value": (f.n % 10 + 1) * 100}] if rated else [])
        for f in films
    ]


@shape("letterboxd-watched.csv", "letterboxd")
def _(films):
    return table(["Date", "Name", "Year", "Letterboxd URI"], [["2024-01-05", f.title, f.year, boxd(f)] for f in films]), (
        letterboxd(films, False)
    )


@shape("letterboxd-ratings.csv", "letterboxd")
def _(films):
    rows = [["2024-01-05", f.title, f.year, boxd(f), (f.n % 10 + 1) / 2] for f in films]
    return table(["Date", "Name", "Year", "Letterboxd URI", "Rating"], rows), letterboxd(films, True)


@shape("letterboxd-diary.csv", "letterboxd-diary")
def _(films):
    header = ["Date", "Name", "Year", "Letterboxd URI", "Rating", "Rewatch", "Tags", "Watched Date"]
    rows = [["2024-01-05", f.title, f.year, boxd(f), (f.n % 10 + 1) / 2, "", "a tag", "2024-01-04"] for f in films]
    return table(header, rows), [{**movie, "url": None} for movie in letterboxd(films, True)]


@shape("letterboxd-list.csv", "letterboxd-list")
def _(films):
    head = "Letterboxd list export v7\nDate,Name,Tags,URL,Description\n2024-01-05,Ours,a tag,https://boxd.it/list,\n\n"
    rows = [[f.n, f.title, f.year, boxd(f), "a remark"] for f in films]
    return head + table(["Position", "Name", "Year", "URL", "Description"], rows), letterboxd(films, False)


@shape("radarr.json", "radarr")
def _(films):
    def record(f):
        image = lambda kind: {"coverType": kind, "url": f"/MediaCover/{kind}.jpg", "remoteUrl": f"{f.poster}?{kind}"}
        return dict(
            id=f.n, title=f.title, originalTitle=f.original, originalLanguage={"id": 1, "name": f.language[0][1]},
            sortTitle=f.title.lower(), status="released", overview=f.summary, images=[image("fanart"), image("poster")],
            website=f.url, year=f.year, hasFile=True, monitored=True, titleSlug=str(f.tmdb), genres=f.elsewhere,
            tmdbId=f.tmdb, imdbId=f.imdb, runtime=f.runtime, certification=f.certificate, inCinemas=f"{f.date}T00:00:00Z",
            popularity=f.n + 0.5, keywords=f.keywords, tags=[1],
            alternateTitles=[{"sourceType": "tmdb", "title": f"{f.title} — alias"}],
            ratings={"imdb": {"votes": f.votes, "value": f.tenths / 10, "type": "user"},
                     "rottenTomatoes": {"votes": 0, "value": f.percent, "type": "user"}})

    return json.dumps([record(f) for f in films], indent=1, ensure_ascii=False), [
        dict(id=str(f.tmdb), title=f.title, year=f.year, summary=f.summary, poster=f"{f.poster}?poster", url=f.url,
             genres=f.genres, languages=[f.language[0][1]], runtime=f.runtime, certificate=f.certificate, released=f.date,
             popularity=f.n * 1000 + 500, keywords=f.keywords, ids={"imdb": f.imdb, "tmdb": str(f.tmdb)},
             titles=f.other() + [{"title": f"{f.title} — alias", "kind": "ALTERNATIVE"}],
             ratings=[f.rated("imdb"), f.rated("rottentomatoes", False, f.percent * 10)], original_genres=f.elsewhere)
        for f in films
    ]


@shape("mflix.json", "mflix", [["series", 1]])
def _(films):
    def record(f):
        ms = int((f.day - datetime(1970, 1, 1, tzinfo=timezone.utc)) / timedelta(milliseconds=1))
        return {
            "_id": {"$oid": f"573a1390f29313caab{f.n:06x}"}, "plot": f.summary, "genres": f.elsewhere,
            "runtime": {"$numberInt": str(f.runtime)}, "cast": f.names, "title": f.title,
            "fullplot": f"{f.summary} And so it ends.", "languages": [name for _, name in f.language],
            "released": {"$date": {"$numberLong": str(ms)}}, "directors": f.directors, "writers": f.writers,
            "countries": [name for _, name in f.country], "rated": f.certificate, "poster": f.poster,
            "awards": {"wins": {"$numberInt": "1"}, "text": "1 win."}, "lastupdated": "2015-08-29 00:09:03.480000000",
            "year": {"$numberInt": str(f.year)}, "type": "movie",
            "imdb": {"rating": {"$numberDouble": f.rating}, "votes": {"$numberInt": str(f.votes)},
                     "id": {"$numberInt": str(int(f.imdb[2:]))}},
        }

    series = {**record(films[0]), "type": "series"}
    return lines([*map(record, films), series]), [
        dict(id=f"573a1390f29313caab{f.n:06x}", title=f.title, year=f.year, summary=f.summary, genres=f.genres,
             plot=f"{f.summary} And so it ends.", runtime=f.runtime, cast=f.names, released=f.date, directors=f.directors,
             writers=f.writers, languages=[name for _, name in f.language], countries=[name for _, name in f.country],
             certificate=f.certificate, poster=f.poster, ids={"imdb": f.imdb}, ratings=[f.rated("imdb")],
             original_genres=f.elsewhere)
        for f in films
    ]


@shape("meilisearch-movies.json", "meilisearch-movies")
def _(films):
    def record(f):
        seconds = int((f.day - datetime(1970, 1, 1, tzinfo=timezone.utc)).total_seconds())
        return dict(id=f.tmdb, title=f.title, overview=f.summary, genres=tmdb_genres(f)[2], poster=f.poster,
                    release_date=seconds)

    return json.dumps([record(f) for f in films], ensure_ascii=False), [
        dict(id=str(f.tmdb), title=f.title, year=f.year, summary=f.summary, genres=tmdb_genres(f)[0], poster=f.poster,
             released=f.date, ids={"tmdb": str(f.tmdb)}, original_genres=tmdb_genres(f)[2])
        for f in films
    ]


@shape("vega-movies.json", "vega-movies")
def _(films):
    def record(f):
        return {
            "Title": f.title, "US Gross": 146083, "Worldwide Gross": 146083, "US DVD Sales": None,
            "Production Budget": 8000000, "Release Date": f"{MONTHS[f.day.month - 1]} {f.day.day:02} {f.year}",
            "MPAA Rating": f.certificate, "Running Time min": f.runtime, "Distributor": "One", "Source": None,
            "Major Genre": f.elsewhere[0], "Creative Type": None, "Director": f.directors[0],
            "Rotten Tomatoes Rating": f.percent, "IMDB Rating": f.tenths / 10, "IMDB Votes": f.votes,
        }

    return json.dumps([record(f) for f in films], ensure_ascii=False), [
        dict(id="~", title=f.title, year=f.year, released=f.date, certificate=f.certificate, runtime=f.runtime,
             genres=f.genres[:1], directors=f.directors[:1], original_genres=f.elsewhere[:1],
             ratings=[f.rated("imdb"), f.rated("rottentomatoes", False, f.percent * 10)])
        for f in films
    ]


# Genres that Wikidata has as kinds of film.
FILM_KINDS = {
    "Drama", "Comedy", "Thriller", "Horror", "Romance", "Action", "Adventure", "Fantasy", "Crime", "Mystery", "War", "Western",
    "Musical", "Family", "Short", "Silent", "Superhero", "Martial Arts", "Spy", "Teen", "Documentary", "Sports",
    "Historical", "Animated", "Science Fiction",
}


def film_kinds(f):
    known = [genre for genre in f.genres if genre in FILM_KINDS]
    return known, [f"{'sport' if genre == 'Sports' else genre.lower()} film" for genre in known]


def wikidata(films):
    """Values by the names of a query, and what is to be read."""

    def values(f):
        # Where the day is not known, the first of January is written.
        day = f"{f.year}-01-01" if f.n % 2 else f.date
        return dict(
            item=f"http://www.wikidata.org/entity/{f.qid}", itemLabel=f.title, date=f"{day}T00:00:00Z",
            genres="|".join(film_kinds(f)[1]), cast="|".join(f.names), directorLabel="|".join(f.directors),
            duration=str(f.runtime), countryLabel="|".join(name for _, name in f.country), article=f.url, image=f.poster,
            imdbId=f.imdb)

    return [values(f) for f in films], [
        dict(id=f.qid, title=f.title, year=f.year, released=None if f.n % 2 else f.date, genres=film_kinds(f)[0], cast=f.names,
             directors=f.directors, runtime=f.runtime, countries=[name for _, name in f.country], url=f.url, poster=f.poster,
             ids={"imdb": f.imdb, "wikidata": f.qid}, original_genres=film_kinds(f)[1])
        for f in films
    ]


@shape("wikidata.json", "wikidata")
def _(films):
    values, expected = wikidata(films)
    bound = lambda value: {"type": "uri" if value.startswith("http") else "literal", "value": value}
    bindings = [{name: bound(value) for name, value in row.items() if value} for row in values]
    text = json.dumps({"head": {"vars": list(values[0])}, "results": {"bindings": bindings}}, ensure_ascii=False)
    return text, expected


@shape("wikidata.csv", "wikidata")
def _(films):
    values, expected = wikidata(films)
    return table(list(values[0]), [list(row.values()) for row in values]), expected


# Shapes that nobody has named: known names of fields, and the formats of tables and lists.
def own(f):
    return dict(id="~", title=f.title, year=f.year, genres=f.genres, cast=f.names, directors=f.directors, summary=f.summary)


def unnamed(films, separator):
    header = ["Film", "Release_Year", "listed in", "Starring", "Directed By", "Description"]
    return table(header, [
        [f.title, f.year, "|".join(f.genres), "|".join(f.names), "|".join(f.directors), f.summary] for f in films
    ], separator)


@shape("semicolons.csv", None)
def _(films):
    return unnamed(films, ";"), [own(f) for f in films]


@shape("sep-line.csv", None, encoding="utf-16")
def _(films):
    return "sep=;\n" + unnamed(films, ";"), [own(f) for f in films]


@shape("tabs.tsv", None, encoding="utf-8-sig")
def _(films):
    return unnamed(films, "\t"), [own(f) for f in films]


@shape("list-in-an-object.json", None)
def _(films):
    records = [dict(name=f.title, released=f.date, genre=f.genres, stars=f.names, director=f.directors, plot=f.summary)
               for f in films]
    return json.dumps({"count": len(films), "movies": records}, ensure_ascii=False), [
        {**own(f), "released": f.date} for f in films
    ]


@shape("map-by-id.json", None)
def _(films):
    records = {f.imdb: dict(primaryTitle=f.title, year=f.year, genres=f.genres, actors=f.names, directors=f.directors,
                            overview=f.summary) for f in films}
    return json.dumps(records, ensure_ascii=False), [{**own(f), "id": f.imdb} for f in films]


def main(folder, rows=50):
    os.makedirs(folder, exist_ok=True)
    expected = []
    for name, preset, skipped, encoding, write in FILES:
        text, movies = write(seeds(rows))
        with open(os.path.join(folder, name), "wb") as file:
            file.write(text.encode(encoding))
        for movie in movies:
            # Genres as they were are told where one was changed.
            if movie.get("original_genres") == movie.get("genres"):
                movie.pop("original_genres", None)
        movies = [{field: value for field, value in movie.items() if value not in (None, "", [], {})} for movie in movies]
        expected.append(dict(file=name, preset=preset, skipped=skipped, movies=movies))
    with open(os.path.join(folder, "expected.json"), "w", encoding="utf-8") as file:
        json.dump(expected, file, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(sys.argv[1], *map(int, sys.argv[2:]))
