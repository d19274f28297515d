#!/usr/bin/env bash
# Snapshots of the search cluster, which shorten a restore; only the bucket is irreplaceable (docs/operations.md).
#   backup.sh repository TYPE SETTINGS     registers the repository: fs '{"location": "/snapshots"}', s3 '{"bucket": "acme-snapshots"}'
#   backup.sh schedule                     a snapshot each night, kept for 14 days, by the engine's own scheduler
#   backup.sh snapshot [NAME]              a snapshot now; prints its name
#   backup.sh list                         snapshots that are whole, oldest first
#   backup.sh restore-as NAME SNAPSHOT     restores index and ledger under another name, beside those in use: for the drill
#   backup.sh restore SNAPSHOT             restores both under their own name, which must be gone
#   backup.sh drop NAME                    deletes what restore-as made
# URL is the address of a node, INDEX the read alias (movies), REPOSITORY the repository (movies; that of a managed domain is
# cs-automated-enc). CURL_OPTIONS are handed to curl: `--user elastic:…`, `--cacert ca.crt`, or for a managed domain
# `--aws-sigv4 aws:amz:eu-west-1:es --user KEY:SECRET`.
set -euo pipefail
url=${URL:?the address of a node, such as http://127.0.0.1:9200}
index=${INDEX:-movies} repository=${REPOSITORY:-movies}
fail() { printf '%s\n' "$*" >&2; exit 1; }

# call METHOD PATH [BODY]
call() {
  local answer status
  # shellcheck disable=SC2086
  answer=$(curl -sS --max-time 3600 ${CURL_OPTIONS:-} -w '\n%{http_code}' -X "$1" "${url%/}$2" \
    ${3:+-H 'content-type: application/json' --data-binary "$3"}) || fail "$url cannot be reached"
  status=${answer##*$'\n'} answer=${answer%$'\n'*}
  case $status in 2*) printf '%s\n' "$answer" ;; *) fail "$1 $2: $status $answer" ;; esac
}
json() { python3 -c "import json, sys; answer = json.load(sys.stdin); $1"; }
whole() { json 'print("\n".join(each["snapshot"] for each in answer["snapshots"] if each["state"] == "SUCCESS"))'; }

# restore SNAPSHOT NAME: index and ledger, of the same moment. Their aliases are set by whoever opens them.
restore() {
  local name=$2
  case $(call GET "/$name-v*,$name-ledger?filter_path=*.settings.index.uuid&ignore_unavailable=true&allow_no_indices=true") in
    '{}') ;; *) fail "there are indices of $name already: delete them first (backup.sh drop, for a drill)" ;;
  esac
  call POST "/_snapshot/$repository/$1/_restore?wait_for_completion=true" "$(python3 -c '
import json, re, sys
index, name = sys.argv[1:]
print(json.dumps({"indices": f"{index}-v*,{index}-ledger", "include_aliases": False, "include_global_state": False,
    "rename_pattern": f"^{re.escape(index)}-(v[0-9]+-[0-9]+|ledger)$", "rename_replacement": f"{name}-$1"}))' "$index" "$name")" |
    json 'found = answer["snapshot"]; print(len(found["indices"]), "indices restored,", found["shards"]["failed"], "shards failed"); sys.exit(found["shards"]["failed"] > 0)'
}

case ${1:-} in
  repository)
    call PUT "/_snapshot/$repository" "{\"type\": \"${2:?the type: fs or s3}\", \"settings\": ${3:?settings, as JSON}}" >/dev/null
    call POST "/_snapshot/$repository/_verify" >/dev/null
    echo "all nodes can write to the repository $repository"
    ;;
  schedule)
    indices="[\"$index-v*\", \"$index-ledger\"]"
    case $(call GET /) in
      *opensearch*)
        call POST "/_plugins/_sm/policies/$index-nightly" "{\"creation\": {\"schedule\": {\"cron\": {\"expression\": \"30 1 * * *\", \"timezone\": \"UTC\"}}},
          \"deletion\": {\"condition\": {\"max_age\": \"14d\", \"min_count\": 3}}, \"snapshot_config\": {\"repository\": \"$repository\", \"indices\": \"$index-v*,$index-ledger\", \"include_global_state\": false}}" >/dev/null
        ;;
      *)
        call PUT "/_slm/policy/$index-nightly" "{\"schedule\": \"0 30 1 * * ?\", \"name\": \"<$index-{now/d}>\", \"repository\": \"$repository\",
          \"config\": {\"indices\": $indices, \"include_global_state\": false}, \"retention\": {\"expire_after\": \"14d\", \"min_count\": 3}}" >/dev/null
        ;;
    esac
    echo "a snapshot is taken each night at 01:30 UTC"
    ;;
  snapshot)
    name=${2:-$index-$(date -u +%Y%m%d-%H%M%S)}
    # One snapshot for both: index and ledger must be of the same moment.
    call PUT "/_snapshot/$repository/$name?wait_for_completion=true" "{\"indices\": \"$index-v*,$index-ledger\", \"include_global_state\": false}" |
      json 'sys.exit(answer["snapshot"]["state"] != "SUCCESS")' || fail "the snapshot $name is not whole"
    echo "$name"
    ;;
  list) call GET "/_snapshot/$repository/_all" | whole ;;
  restore-as)
    [ "${2:?the other name, such as $index-drill}" != "$index" ] || fail "$index is the name in use"
    restore "${3:?the snapshot}" "$2"
    ;;
  restore) restore "${2:?the snapshot}" "$index" ;;
  drop)
    [ "${2:?the name}" != "$index" ] || fail "$index is in use"
    for one in $(call GET "/$2-v*,$2-ledger?filter_path=*.settings.index.uuid&ignore_unavailable=true&allow_no_indices=true" | json 'print(" ".join(answer))'); do
      call DELETE "/$one" >/dev/null
      echo "$one is deleted"
    done
    ;;
  *) sed -n '3,10s/^# \{0,3\}//p' "$0" >&2; exit 2 ;;
esac
