#!/usr/bin/env bash
# Public security checkers against a released gateway in production's settings, over TLS, with callers told apart by
# keys: scripts/security.sh [BINARY]. Their reports land in target/security. Ends with 1 where one of them tells more
# than notes that is not shown to be untrue here; docs/security.md tells what they say.
. "$(dirname "$0")/lib.sh"
binary=${1:-}
if [ -z "$binary" ]; then
  need_rust
  say "Building wikimovie (release)"
  cargo build --release --locked --bin wikimovie
  binary=$built/release/wikimovie
fi
python=${PYTHON:-python3.13}
"$python" --version >/dev/null 2>&1 || fail "$python is missing: gqlsleuth needs Python 3.13 (PYTHON names another)"

out=$PWD/target/security
mkdir -p "$out"
# Each in a home of its own: they ask for different versions of the same packages.
while read -r pinned more; do
  name=${pinned%%==*}
  [ -x "$out/$name/bin/$name" ] || { "$python" -m venv "$out/$name" && "$out/$name/bin/pip" install -q "$pinned" ${more:+"$more"}; }
done < scripts/security-requirements.txt

home=$(mktemp -d)
trap 'kill "$gateway" 2>/dev/null; rm -rf "$home"' EXIT
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost -keyout "$home/key.pem" -out "$home/certificate.pem" 2>/dev/null
"$binary" new-key checker --scopes search > "$home/key"
key=$(grep -o 'wmk_[A-Za-z0-9_-]*' "$home/key")
"$python" - "$home" <<'PY'
import json, pathlib, sys
home = pathlib.Path(sys.argv[1])
text = (home / 'key').read_text()
entry = json.loads(text[text.rindex('\n{') :])
(home / 'keys.json').write_text(json.dumps({'keys': [entry]}))
PY
# Clients of their own ask by texts or by a manifest; documents that strangers send are not kept.
ENV=production WIKIMOVIE_AUTH=keys WIKIMOVIE_API_KEYS=$home/keys.json WIKIMOVIE_RATE_LIMIT=600000 \
  WIKIMOVIE_PERSISTED_BYTES=0 WIKIMOVIE_TLS_CERTIFICATE=$home/certificate.pem WIKIMOVIE_TLS_KEY=$home/key.pem \
  WIKIMOVIE_DATA_DIR=$home/data WIKIMOVIE_WATCH=seeds WIKIMOVIE_LISTEN=127.0.0.1:0 WIKIMOVIE_LOG=error "$binary" serve > "$home/out" &
gateway=$!
url=
for _ in $(seq 300); do
  url=$(grep -om1 'https://127.0.0.1:[0-9]*' "$home/out" | sed 's/127.0.0.1/localhost/' || true)
  [ -n "$url" ] && curl -sf --cacert "$home/certificate.pem" "$url/readyz" > /dev/null && break
  sleep 0.1
done
[ -n "$url" ] || fail "the gateway did not start"
# Where a checker has no switch for a certificate of our own.
export SSL_CERT_FILE=$home/certificate.pem REQUESTS_CA_BUNDLE=$home/certificate.pem

# A checker that finds something ends with a status of its own; what counts is its report.
run() {
  say "$1"
  local report=$out/$1.txt
  shift
  (cd "$out" && timeout 300 "$@") > "$report" 2>&1 || true
  sed -e "s#$url#https://gateway#g" -e "s#$key#KEY#g" -i "$report"
}
bin() { printf '%s' "$out/$1/bin/$1"; }
rm -f "$out"/*.json "$out"/*.txt
rm -rf "$out"/report "$out"/report-active
run gqlsleuth "$(bin gqlsleuth)" scan "$url" --no-verify-tls -H "Authorization: Bearer $key" -f json,markdown -o "$out/report"
run gqlsleuth-active "$(bin gqlsleuth)" scan "$url" --no-verify-tls --mode active -H "Authorization: Bearer $key" -f json,markdown -o "$out/report-active"
run clairvoyance "$(bin clairvoyance)" -k -H "Authorization: Bearer $key" -o clairvoyance.json "$url/graphql"
run vamp-graphql-audit "$(bin vamp-graphql-audit)" --target "$url/graphql" -H "Authorization: Bearer $key" --json vamp.json
run graphrecon "$(bin graphrecon)" -u "$url" --schema < <(yes y)
curl -sf --cacert "$home/certificate.pem" "$url/readyz" > /dev/null || fail "the gateway did not outlast its checkers"
say "Reports are in $out"
"$python" scripts/security_findings.py "$out" "$url" "$key" "$home/certificate.pem"
