#!/usr/bin/env bash
# deploy/backup as docs/operations.md uses it (--full): movies are loaded into a real node, a snapshot is taken, restored under
# another name beside the index in use, opened and counted, dropped; then index and ledger are lost, and restored.
. "$(dirname "$0")/lib.sh"
if [ "$full" = false ]; then
  not_run "backup and restore on a real node" "slow: --full"
  exit 0
fi
ingest=${INGEST_PROGRAM:-$built/debug/wikimovie-ingest}
[ -x "$ingest" ] || { need_rust; cargo build --locked --workspace --bin wikimovie-ingest; }
flavour=elasticsearch7
java=$(scripts/engines.sh jars $flavour)
[ -n "$java" ] || { missing "backup and restore on a real node" "there is no search node"; exit 0; }

scratch=$(mktemp -d)
mkdir -p "$scratch/home/config" "$scratch/snapshots"
touch "$scratch/used"
printf 'path.repo: ["%s"]\n' "$scratch/snapshots" >"$scratch/home/config/elasticsearch.yml"
"$java" -Xms256m -Xmx512m "-Dlog4j2.configurationFile=testkit/engines/$flavour/log4j2.properties" \
  "-Des.path.conf=$scratch/home/config" -cp "$(cat "target/engines/$flavour/classpath")" \
  "testkit/engines/$flavour/TestNode.java" "$scratch" >"$scratch/log" 2>&1 &
node=$!
trap 'kill "$node" 2>/dev/null || true; wait "$node" 2>/dev/null || true; rm -rf "$scratch"' EXIT
for _ in $(seq 600); do
  [ ! -f "$scratch/url" ] || break
  kill -0 "$node" 2>/dev/null || { tail -n 20 "$scratch/log"; fail "the node did not start"; }
  sleep 0.5
done
URL=$(cat "$scratch/url")
export URL ELASTICSEARCH_URLS=$URL WIKIMOVIE_REPLICAS=0
backup=$tree/deploy/backup/backup.sh
count() { curl -fsS "$URL/$1/_count" | sed -E 's/.*"count":([0-9]+).*/\1/'; }

"$ingest" load seeds/multiplex >"$scratch/said" 2>&1 || { cat "$scratch/said"; fail "the movies cannot be loaded"; }
before=$(count movies)
[ "$before" -gt 0 ] || fail "nothing was loaded"
"$backup" repository fs "{\"location\": \"$scratch/snapshots\"}"
snapshot=$("$backup" snapshot)
[ "$("$backup" list)" = "$snapshot" ] || fail "the snapshot $snapshot is not listed"

say "The drill: beside the index in use"
"$backup" restore-as movies-drill "$snapshot"
# Whoever opens it sets its aliases; nobody has this movie.
"$ingest" why --index movies-drill nobody:nothing >"$scratch/said" 2>&1 || true
[ "$(count movies-drill)" = "$before" ] || { cat "$scratch/said"; fail "$(count movies-drill) movies were restored in place of $before"; }
[ "$(count movies)" = "$before" ] || fail "the index in use was touched"
"$backup" drop movies-drill

say "The loss: index and ledger are gone"
if "$backup" restore "$snapshot" 2>"$scratch/said"; then fail "what is in use was restored over"; fi
grep -q 'there are indices of movies already' "$scratch/said" || { cat "$scratch/said"; fail "a restore over the index in use is refused for another reason"; }
curl -fsS -X DELETE "$URL/movies-v*" >/dev/null
curl -fsS -X DELETE "$URL/movies-ledger" >/dev/null
"$backup" restore "$snapshot"
"$ingest" load seeds/multiplex >"$scratch/said" 2>&1 || { cat "$scratch/said"; fail "what was restored cannot be written to"; }
[ "$(count movies)" = "$before" ] || fail "$(count movies) movies after the restore in place of $before"
echo "$before movies: saved, restored beside, lost, restored"
not_run "schedules of snapshots, repositories on S3" "the node here has no plugins; both are calls of the engines' own interfaces"
