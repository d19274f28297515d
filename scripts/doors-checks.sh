#!/usr/bin/env bash
# The checks of scripts/doors.sh against the gateway at WIKIMOVIE_URL.
. "$(dirname "$0")/lib.sh"
out=$DOORS_OUT
failed=()
check() {
  local name=$1
  shift
  say "$name"
  "$@" 2>&1 | tee "$out/$name.txt" || failed+=("$name")
}
redocly() { "$DOORS_NODE" e2e/doors/node_modules/@redocly/cli/bin/cli.js "$@"; }
conformance() { "$DOORS_NODE" e2e/doors/node_modules/@modelcontextprotocol/conformance/dist/index.js "$@"; }

curl -fsS "$WIKIMOVIE_URL/openapi.json" > "$out/openapi.json"
check openapi-lint redocly lint "$out/openapi.json" --config e2e/doors/redocly.yaml
check mcp-conformance conformance server --url "$WIKIMOVIE_URL/mcp" --expected-failures e2e/doors/mcp-baseline.yml --output-dir "$out/mcp"
rm -rf "$out/client"
check client-made openapi-python-client generate --path "$out/openapi.json" --output-path "$out/client" --config e2e/doors/client.yml --fail-on-warning
# The generator takes a field of the name `cast` for the function that its own code calls.
find "$out/client" -name '*.py' -exec sed -i -E '/^from typing import/s/\bcast\b/cast as cast_/; s/(^|[^_.[:alnum:]])cast\(/\1cast_(/g' {} +
check client python e2e/doors/client.py "$out/client" "$WIKIMOVIE_URL"
check agent node e2e/doors/agent.mjs
check schemathesis schemathesis run "$WIKIMOVIE_URL/openapi.json" \
  --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,negative_data_rejection \
  --max-examples "${MAX_EXAMPLES:-50}" --workers 1 --seed 27 --no-color
[ ${#failed[@]} = 0 ] || fail "failed: ${failed[*]}"
say "Reports are in $out"
