#!/usr/bin/env bash
# How good the first answers are: a golden list (GOLDEN) over a folder of movies (MOVIES) on one engine (ENGINE), with
# what moved since the last run of the same list on the same engine. The project's own list comes with its known gaps.
. "$(dirname "$0")/lib.sh"
need_rust
golden=${GOLDEN:-relevance/golden.jsonl} movies=${MOVIES:-seeds} engine=${ENGINE:-embedded}
lists=("$golden")
[ -n "${GOLDEN:-}${MOVIES:-}" ] || lists+=(relevance/open.jsonl)
[ -f "$golden" ] || fail "no golden list at $golden: set GOLDEN to a file of one"
[ -d "$movies" ] || fail "no movies at $movies: set MOVIES to a folder of movie files"
mkdir -p "$built/relevance"
ask() { # PROGRAM [OPTION…]
  for list in "${lists[@]}"; do
    say "$list"
    "$1" relevance "$list" "${@:2}" --last "$built/relevance/$engine-$(basename "$list").last.json"
  done
}
if [ "$engine" = embedded ]; then
  cargo build --release --locked --bin wikimovie
  data=$(mktemp -d)
  trap 'rm -rf "$data"' EXIT
  "$built/release/wikimovie" load "$movies" --data-dir "$data" >/dev/null
  ask "$built/release/wikimovie" --data-dir "$data"
else
  cargo build --release --locked -p wikimovie-api --bin wikimovie-api -p wikimovie-ingest --bin wikimovie-ingest
  scripts/engines.sh start
  url=$(scripts/engines.sh urls | awk -F '\t' -v engine="$engine" '$1 == engine { print $2 }')
  [ -n "$url" ] || fail "no engine $engine here: one of embedded $(scripts/engines.sh urls | cut -f1 | xargs)"
  export ELASTICSEARCH_URLS=$url WIKIMOVIE_INDEX=relevance-$$ WIKIMOVIE_REPLICAS=0
  trap 'curl -sS -o /dev/null -X DELETE "$url/$WIKIMOVIE_INDEX-*?expand_wildcards=all"' EXIT
  "$built/release/wikimovie-ingest" load "$movies" >/dev/null
  ask "$built/release/wikimovie-api"
fi
