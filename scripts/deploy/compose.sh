#!/usr/bin/env bash
# docker-compose.yml. Fast: it is read by the library that Docker Compose reads it with, and held against the settings that our
# programs have. --full: the whole system is started from it without a Docker engine, on the images that image.sh built and
# on stand-ins for Elasticsearch and LocalStack, and must answer with the seeds.
. "$(dirname "$0")/lib.sh"

if python_tool check-jsonschema check-jsonschema==0.39.0; then
  check-jsonschema --builtin-schema vendor.compose-spec "$tree/docker-compose.yml"
fi
if command -v go >/dev/null; then
  (cd scripts/deploy/compose && quietly env GOFLAGS=-buildvcs=false go build -o "$tools/bin/compose-config" .)
  (cd "$tree" && compose-config docker-compose.yml) >"$tools/compose.json"
  python3 scripts/deploy/compose/check.py "$tools/compose.json" command/src/names
else
  missing "docker-compose.yml read as Compose does" "Go was not found: install it" || true
fi
for file in $(sed -nE 's,^ *- (\./[^:]+):.*,\1,p' "$tree/docker-compose.yml"); do
  [ -e "$tree/$file" ] || fail "docker-compose.yml mounts $file, which is not there"
done
scripts/prometheus.sh
if command -v promtool >/dev/null; then
  # As the container sees it.
  sed "s,/etc/prometheus/alerts.yaml,$tree/deploy/monitoring/alerts.yaml," "$tree/deploy/compose/prometheus.yml" >"$tools/prometheus.yml"
  promtool check config --lint=all --lint-fatal "$tools/prometheus.yml"
else
  not_run "the configuration of Prometheus in compose" "promtool was not found"
fi

if ! $full; then
  not_run "docker compose up" "slow: make deploy-check-full"
  exit 0
fi
scripts/deploy/compose/up.sh
