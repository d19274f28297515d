#!/usr/bin/env bash
# Public security checkers against a released gateway in production's settings, with callers told apart by keys:
# scripts/security.sh [BINARY]. Their reports land in target/security; docs/security.md tells what they say.
. "$(dirname "$0")/lib.sh"
binary=${1:-}
if [ -z "$binary" ]; then
  need_rust
  say "Building wikimovie (release)"
  cargo build --release --locked --bin wikimovie
  binary=$built/release/wikimovie
fi
python=${PYTHON:-python3.13}
command -v "$python" >/dev/null || fail "$python is missing: gqlsleuth needs Python 3.13 (PYTHON names another)"

out=target/security
mkdir -p "$out"
# Each in a home of its own: they ask for different versions of the same packages.
while read -r pinned more; do
  name=${pinned%%==*}
  [ -x "$out/$name/bin/$name" ] || { "$python" -m venv "$out/$name" && "$out/$name/bin/pip" install -q "$pinned" ${more:+"$more"}; }
done < scripts/security-requirements.txt

home=$(mktemp -d)
trap 'kill "$gateway" 2>/dev/null; rm -rf "$home"' EXIT
"$binary" new-key checker --scopes search > "$home/key"
key=$(grep -o 'wmk_[A-Za-z0-9_-]*' "$home/key")
python3 - "$home" <<'PY'
import json, pathlib, sys
home = pathlib.Path(sys.argv[1])
text = (home / 'key').read_text()
entry = json.loads(text[text.rindex('\n{') :])
(home / 'keys.json').write_text(json.dumps({'keys': [entry]}))
PY
ENV=production WIKIMOVIE_AUTH=keys WIKIMOVIE_API_KEYS=$home/keys.json WIKIMOVIE_RATE_LIMIT=600000 \
  WIKIMOVIE_DATA_DIR=$home/data WIKIMOVIE_WATCH=seeds WIKIMOVIE_LISTEN=127.0.0.1:0 WIKIMOVIE_LOG=error "$binary" serve > "$home/out" &
gateway=$!
for _ in $(seq 300); do
  url=$(grep -om1 'http://127.0.0.1:[0-9]*' "$home/out" || true)
  [ -n "$url" ] && curl -sf "$url/readyz" > /dev/null && break
  sleep 0.1
done
[ -n "$url" ] || fail "the gateway did not start"

# A checker that finds something ends with a status of its own; what counts is its report.
run() {
  say "$1"
  local report=$out/$1.txt
  shift
  (cd "$out" && timeout 300 "$@") > "$report" 2>&1 || true
  sed -e "s#$url#http://gateway#g" -e "s#$key#KEY#g" -i "$report"
}
bin() { printf '%s' "$PWD/$out/$1/bin/$1"; }
run gqlsleuth "$(bin gqlsleuth)" scan "$url" -H "Authorization: Bearer $key" -f markdown -o "$PWD/$out/report"
run gqlsleuth-active "$(bin gqlsleuth)" scan "$url" --mode active -H "Authorization: Bearer $key" -f markdown -o "$PWD/$out/report-active"
run clairvoyance "$(bin clairvoyance)" -H "Authorization: Bearer $key" -o clairvoyance.json "$url/graphql"
run vamp-graphql-audit "$(bin vamp-graphql-audit)" --target "$url/graphql" -H "Authorization: Bearer $key" --json vamp.json
run graphrecon "$(bin graphrecon)" -u "$url" --schema < <(yes y)
curl -sf "$url/readyz" > /dev/null || fail "the gateway did not outlast its checkers"
say "Reports are in $out"
