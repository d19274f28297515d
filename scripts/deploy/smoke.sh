#!/usr/bin/env bash
# smoke.sh URL: waits until a gateway has the seeds, asks it what a person would, and prints the answers, which are the same
# on every engine. Fails where it shows no page, no movies, or the wrong ones.
set -euo pipefail
url=${1:?usage: smoke.sh URL}
seconds=${SMOKE_SECONDS:-120}
fail() { printf '%s\n' "$*" >&2; exit 1; }
ask() {
  curl -fsS --max-time 10 "$url/graphql" -H 'content-type: application/json' \
    --data-binary "$(python3 -c 'import json, sys; print(json.dumps({"query": sys.argv[1]}))' "$1")"
}
movies() { ask '{ catalog { movies } }' 2>/dev/null | sed -n 's/.*"movies":\([0-9]*\).*/\1/p'; }

# The seeds come file by file: all are there once their number stays.
last='' still=0
for _ in $(seq "$seconds"); do
  now=$(movies || true)
  if [ "${now:-0}" -gt 0 ] && [ "$now" = "$last" ]; then still=$((still + 1)); else still=0; fi
  [ "$still" -lt 5 ] || break
  last=$now
  sleep 1
done
[ "$still" -ge 5 ] || fail "no movies at $url after $seconds s"

page=$(curl -fsS --max-time 10 "$url/")
case $page in *'<title>'*WIKIMovie*'</title>'*) ;; *) fail "no search page at $url/" ;; esac
asset=$(printf '%s' "$page" | grep -oE '/assets/[A-Za-z0-9._-]+\.js' | head -n 1)
curl -fsS --max-time 10 -o /dev/null "$url$asset"

found=$(ask '{ search(text: "the godfahter") { total { value } hits(first: 3) { nodes { id title year cast } edges { highlights { html } } }
  facets { genres(first: 5) { values { value count } } decades { values { value count } } } } }')
printf '%s\n' "$found" | grep -q '"title":"The Godfather","year":1972' || fail "the first question found something else: $found"
suggested=$(ask '{ autocomplete(prefix: "hepb", first: 5) { __typename text count } }')
printf '%s\n' "$suggested" | grep -q Hepburn || fail "nothing was suggested: $suggested"
printf '{"movies":%s}\n%s\n%s\n' "$last" "$found" "$suggested"
