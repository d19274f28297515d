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
gateways=()
trap 'kill "${gateways[@]}" 2>/dev/null; rm -rf "$home"' EXIT
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
# start NAME [VARIABLE=value…]: a gateway that keeps no documents of strangers; its address is in $url.
start() {
  local name=$1
  shift
  env ENV=production WIKIMOVIE_AUTH=keys "WIKIMOVIE_API_KEYS=$home/keys.json" WIKIMOVIE_RATE_LIMIT=600000 WIKIMOVIE_PERSISTED_BYTES=0 \
    "WIKIMOVIE_TLS_CERTIFICATE=$home/certificate.pem" "WIKIMOVIE_TLS_KEY=$home/key.pem" "WIKIMOVIE_DATA_DIR=$home/$name" \
    WIKIMOVIE_WATCH=seeds WIKIMOVIE_LISTEN=127.0.0.1:0 WIKIMOVIE_LOG=error "$@" "$binary" serve > "$home/$name.out" &
  gateways+=($!)
  url=
  for _ in $(seq 300); do
    url=$(grep -om1 'https://127.0.0.1:[0-9]*' "$home/$name.out" | sed 's/127.0.0.1/localhost/' || true)
    [ -n "$url" ] && is_ready && return
    sleep 0.1
  done
  fail "the gateway did not start"
}
is_ready() { curl -sf --cacert "$home/certificate.pem" "$url/readyz" > /dev/null; }

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
authorization="Authorization: Bearer $key"
gqlsleuth() {
  local name=$1
  shift
  run "$name" "$(bin gqlsleuth)" scan "$url" --no-verify-tls -H "$authorization" -f json,markdown -o "$out/reports/$name" "$@"
}
rm -rf "$out"/*.json "$out"/*.txt "$out/reports"
# It sees more where the schema may be asked for.
start told WIKIMOVIE_INTROSPECTION=true
gqlsleuth gqlsleuth-told
gqlsleuth gqlsleuth-told-active --mode active
start production
gqlsleuth gqlsleuth
gqlsleuth gqlsleuth-active --mode active
run clairvoyance "$(bin clairvoyance)" -k -H "$authorization" -o clairvoyance.json "$url/graphql"
run vamp-graphql-audit "$(bin vamp-graphql-audit)" --target "$url/graphql" -H "$authorization" --json vamp.json
run graphrecon "$(bin graphrecon)" -u "$url" --schema < <(yes y)
is_ready || fail "the gateway did not outlast its checkers"
say "Reports are in $out"
"$python" scripts/security_findings.py "$out" "$url" "$key"
