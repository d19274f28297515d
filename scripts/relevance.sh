#!/usr/bin/env bash
# How good the first answers are: a golden list (GOLDEN) over a folder of movies (MOVIES) on one engine (ENGINE). What
# moved since the last run of the same list on the same engine is told too.
. "$(dirname "$0")/lib.sh"
need_rust
golden=${GOLDEN:-relevance/golden.jsonl} movies=${MOVIES:-seeds} engine=${ENGINE:-embedded}
[ -f "$golden" ] || fail "no golden list at $golden: set GOLDEN to a file of them"
[ -d "$movies" ] || fail "no movies at $movies: set MOVIES to a folder of movie files"
mkdir -p "$built/relevance"
last=$built/relevance/$engine-$(basename "$golden").last.json
if [ "$engine" = embedded ]; then
  cargo build --release --locked --bin wikimovie
  data=$(mktemp -d)
  trap 'rm -rf "$data"' EXIT
  "$built/release/wikimovie" load "$movies" --data-dir "$data" >/dev/null
  "$built/release/wikimovie" relevance "$golden" --data-dir "$data" --last "$last"
else
  cargo build --release --locked -p wikimovie-api --bin wikimovie-api -p wikimovie-ingest --bin wikimovie-ingest
  scripts/engines.sh start
  url=$(scripts/engines.sh urls | awk -F '\t' -v engine="$engine" '$1 == engine { print $2 }')
  [ -n "$url" ] || fail "no engine $engine here: one of embedded $(scripts/engines.sh urls | cut -f1 | xargs)"
  export ELASTICSEARCH_URLS=$url WIKIMOVIE_INDEX=relevance-$$ WIKIMOVIE_REPLICAS=0
  trap 'curl -sS -o /dev/null -X DELETE "$url/$WIKIMOVIE_INDEX-*?expand_wildcards=all"' EXIT
  "$built/release/wikimovie-ingest" load "$movies" >/dev/null
  "$built/release/wikimovie-api" relevance "$golden" --last "$last"
fi
