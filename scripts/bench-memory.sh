#!/usr/bin/env bash
# What a million movies take: bytes on disk, heap of a search node, memory of the gateway. Loads files of movies (FILES, one
# after another, NDJSON) into a node of its own, and writes what each had taken into docs/operations.md. A figure for a large
# catalogue is worth more than one for many small ones: memory grows in steps with the segments of the index.
. "$(dirname "$0")/lib.sh"
engine=${ENGINE:-elasticsearch7}
[ -n "${FILES:-}" ] || fail "name files of movies with FILES, smallest first"
binaries=${BINARIES:-$built/release}
if [ -z "${BINARIES:-}" ]; then
  need_rust
  cargo build --release --locked -p wikimovie-api -p wikimovie-ingest --bins
fi
scripts/engines.sh start "$engine"
url=$(scripts/engines.sh urls | awk -F '\t' -v engine="$engine" '$1 == engine { print $2 }')
[ -n "$url" ] || fail "$engine does not run here"
node=$(cat "target/engines/$engine/pid")
export ELASTICSEARCH_URLS=$url WIKIMOVIE_INDEX=memory-$$ WIKIMOVIE_REPLICAS=0 WIKIMOVIE_LISTEN=127.0.0.1:0
gateway=''
finish() {
  [ -z "$gateway" ] || kill "$gateway" 2>/dev/null || true
  curl -sS -o /dev/null -X DELETE "$url/$WIKIMOVIE_INDEX-*?expand_wildcards=all"
}
trap finish EXIT
get() { curl -fsS "$url/$1" | python3 -c "import json, sys; print(eval(sys.argv[1], {'it': json.load(sys.stdin)}))" "$2"; }
# What is still held after a full collection.
heap() { jcmd "$node" GC.run >/dev/null; sleep 1; get _nodes/stats/jvm "sum(n['jvm']['mem']['heap_used_in_bytes'] for n in it['nodes'].values())"; }

empty=$(heap)
rows=''
for file in $FILES; do
  "$binaries/wikimovie-ingest" load --provider bench "$file" >/dev/null
  log=$(mktemp)
  "$binaries/wikimovie-api" >"$log" 2>&1 &
  gateway=$!
  for _ in $(seq 300); do
    api=$(sed -nE 's,^WIKIMovie +(http://[0-9.:]+)/$,\1,p' "$log")
    [ -z "$api" ] || ! curl -fsS -o /dev/null "$api/readyz" 2>/dev/null || break
    sleep 0.2
  done
  # Questions that make it read the vocabulary, and the node open its doc values.
  deploy/chaos/steady_state.py "$api" --seconds 20 --rate 50 --p95 60000 --good 99 >/dev/null || fail "the gateway does not answer: see $log"
  movies=$(curl -fsS "$api/graphql" -H 'content-type: application/json' --data-binary '{"query":"{ catalog { movies } }"}' | sed -n 's/.*"movies":\([0-9]*\).*/\1/p')
  rss=$(sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$gateway/status")
  kill "$gateway"
  wait "$gateway" 2>/dev/null || true
  gateway=''
  held=$(($(heap) - empty))
  disk=$(get "$WIKIMOVIE_INDEX-*/_stats/store?expand_wildcards=all" "it['_all']['primaries']['store']['size_in_bytes']")
  rows+=$(python3 -c '
import sys
movies, disk, held, rss = map(int, sys.argv[1:])
million = lambda number: f"{number / movies * 1e6 / 2**20:,.0f} MiB"
print(f"| {movies:,} | {disk / 2**20:,.0f} MiB | {million(disk)} | {max(held, 0) / 2**20:,.1f} MiB | {million(max(held, 0))} | {rss / 2**10:,.0f} MiB |")
' "$movies" "$disk" "$held" "$rss")$'\n'
done
printf '%s' "$rows"
python3 - "$engine" "$rows" <<'PYTHON'
import pathlib, re, sys
page = pathlib.Path("docs/operations.md")
table = f"""
Measured by `make bench-memory` on one {sys.argv[1]} node without copies; heap is what a full collection leaves above an empty node:

| movies | index | index per million movies | heap | heap per million movies | gateway, peak |
| ---: | ---: | ---: | ---: | ---: | ---: |
{sys.argv[2]}"""
text = re.sub(r"(<!-- memory -->).*(<!-- end of memory -->)", lambda m: f"{m[1]}\n{table}{m[2]}", page.read_text(), flags=re.S)
page.write_text(text)
PYTHON
