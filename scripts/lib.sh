# Shared by the scripts: where the project is, and how they talk.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# Where cargo puts what it builds.
built=${CARGO_TARGET_DIR:-target}

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

need_rust() {
  command -v cargo >/dev/null || fail "cargo is missing: install Rust from https://rustup.rs, then run this again"
  command -v cc >/dev/null || fail "a C compiler (cc) is missing: install gcc or clang, then run this again"
}

# Node of a version that can build the pages.
have_node() {
  command -v npm >/dev/null && node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' 2>/dev/null
}

# npm ci, once for each lock file.
npm_install() {
  local folder=$1 stamp="$1/node_modules/.installed"
  if [ ! -f "$stamp" ] || [ "$folder/package-lock.json" -nt "$stamp" ]; then
    (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error)
    touch "$stamp"
  fi
}

# Fills `nodes` with arguments that name the search nodes to measure: that of ELASTICSEARCH_URLS, or all of engines.sh,
# each with its process.
find_nodes() {
  local flavour url
  nodes=()
  if [ -n "${ELASTICSEARCH_URLS:-}" ]; then
    nodes+=(--node "$ELASTICSEARCH_URLS")
    return
  fi
  scripts/engines.sh start
  while IFS=$'\t' read -r flavour url; do
    nodes+=(--node "$url" --process "$(cat "target/engines/$flavour/pid")")
  done < <(scripts/engines.sh urls)
}
