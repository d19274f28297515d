#!/usr/bin/env bash
# Public checkers of REST and of the tools against a gateway over seeds/, and what a generated client and an agent find:
# scripts/doors.sh [BINARY]. Reports land in target/doors. Ends with 1 where one of them finds something.
. "$(dirname "$0")/lib.sh"
binary=${1:-}
if [ -z "$binary" ]; then
  need_rust
  say "Building wikimovie"
  cargo build --locked --workspace --bin wikimovie
  binary=$built/debug/wikimovie
fi
have_node || fail "Node 20 or newer is missing"
python=${PYTHON:-python3}
"$python" --version >/dev/null 2>&1 || fail "$python is missing (PYTHON names another)"
out=$PWD/target/doors
mkdir -p "$out"
npm_install e2e/doors
stamp=$out/python/.installed
if [ ! -f "$stamp" ] || [ scripts/doors-requirements.txt -nt "$stamp" ]; then
  "$python" -m venv "$out/python"
  "$out/python/bin/pip" install -q -r scripts/doors-requirements.txt
  touch "$stamp"
fi
export PATH="$out/python/bin:$PATH"
# The conformance suite needs a newer Node than the others.
node22=$PWD/e2e/doors/node_modules/node/bin/node
export DOORS_OUT=$out DOORS_NODE=$node22
# Only names of this machine are served, which the suite tries to get around.
node e2e/with-gateway.mjs "$binary" WIKIMOVIE_HOSTS=127.0.0.1,localhost bash scripts/doors-checks.sh
