"""A typed search with the client that openapi-python-client made of /openapi.json: client.py FOLDER URL."""

import sys

folder, url = sys.argv[1:]
sys.path.insert(0, folder)

from wikimovie_client import Client  # noqa: E402
from wikimovie_client.api.movies import find_movies, movies_by_cast, search  # noqa: E402
from wikimovie_client.models import MovieSort, Problem  # noqa: E402

client = Client(base_url=url)

found = search.sync(client=client, text="the godfahter", first=3)
titles = [edge.node.title for edge in found.search.hits.edges]
assert titles[0] == "The Godfather", titles

together = movies_by_cast.sync(client=client, cast=["al pacino", "robert de niro"])
print([(movie.title, movie.year) for movie in together.search.hits.nodes])
assert together.search.total.value >= 2

seventies = find_movies.sync(client=client, genres=["crime"], from_=1970, to=1979, sort=MovieSort.YEAR_ASC)
years = [movie.year for movie in seventies.search.hits.nodes]
assert years == sorted(years) and all(1970 <= year <= 1979 for year in years), years

refused = search.sync(client=client, first=101)
assert isinstance(refused, Problem) and refused.parameter == "first", refused
print(f"{len(titles)} hits for a typo, first {titles[0]!r}; {refused.code} for 101 of them")
