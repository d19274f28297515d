#!/usr/bin/env bash
# docker-compose.yml, started by Docker Compose on Podman, with the images that image.sh built. The page must answer with the
# same movies as the image of the standalone binary, the worker must hear of a new file, and all must stop when told to.
set --
. "$(dirname "$0")/../lib.sh"
. scripts/deploy/podman/lib.sh
need_podman || exit 0
debian_tool socat socat || exit 0
for image in wikimovie-api wikimovie-ingest; do
  has_image "localhost/$image" || { not_run "docker compose up" "the image $image is not there: scripts/deploy/image.sh --full builds it"; exit 1; }
done
docker_compose || exit 0
not_run "the images of Elasticsearch 8, LocalStack and Prometheus in docker compose up" "images cannot be pulled here: Elasticsearch 7.10.2, LocalStack 4.14.0 and Prometheus of this machine stand in"
not_run "Grafana and Jaeger in docker compose up" "images cannot be pulled here, and nothing stands in: their services are only read; what the dashboard asks is asked of Prometheus"

STAND_IN_JAVA=$(scripts/engines.sh jars elasticsearch7) STAND_IN_PYTHON=$(scripts/localstack.sh install)
[ -n "$STAND_IN_JAVA" ] && [ -n "$STAND_IN_PYTHON" ] || exit 0
export STAND_IN_JAVA STAND_IN_PYTHON STAND_IN_PROJECT=$PWD STAND_IN_HOME=$HOME
. scripts/deploy/compose/stand-ins/image.sh
make_stand_in_image

# Free ports of the loopback address.
free() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
WIKIMOVIE_PORT=$(free) ELASTICSEARCH_PORT=$(free) LOCALSTACK_PORT=$(free) PROMETHEUS_PORT=$(free)
export WIKIMOVIE_PORT ELASTICSEARCH_PORT LOCALSTACK_PORT PROMETHEUS_PORT
export WIKIMOVIE_API_IMAGE=localhost/wikimovie-api WIKIMOVIE_INGEST_IMAGE=localhost/wikimovie-ingest
export COMPOSE_PROJECT_NAME=wikimovie-check$$
export DOCKER_HOST=unix://$store/podman.sock
compose() { docker-compose --file docker-compose.yml --file scripts/deploy/compose/stand-ins/compose.yml "$@"; }

(exec podman --root "$store/root" --runroot "$store/run" system service --time 0 "$DOCKER_HOST") >"$tools/podman.log" 2>&1 &
service=$!
# Where Podman has no timers of systemd, nobody looks at health but this.
while sleep 2; do
  for container in $(podman ps --quiet 2>/dev/null); do podman healthcheck run "$container" >/dev/null 2>&1 || true; done
done &
looking=$!
finish() {
  compose logs --no-color >"$tools/compose.log" 2>&1 || true
  kill "$looking" || true
  compose down --volumes --timeout 15 >/dev/null 2>&1 || true
  kill "$service" || true
  rm -f "$store/podman.sock"
}
trap finish EXIT
for _ in $(seq 50); do [ ! -S "$store/podman.sock" ] || break; sleep 0.1; done

say "docker compose up"
compose up --detach --no-build --wait --wait-timeout 240 || { compose logs --no-color | tail -n 60; fail "docker compose up failed"; }
url=http://127.0.0.1:$WIKIMOVIE_PORT
mkdir -p "$tools/answers"
scripts/deploy/smoke.sh "$url" >"$tools/answers/compose"
if [ -s "$tools/answers/wikimovie" ]; then
  diff "$tools/answers/wikimovie" "$tools/answers/compose" || fail "the composed system answers otherwise than the standalone image"
  echo "compose and standalone answer alike: $(head -n 1 "$tools/answers/compose")"
fi

say "A new file in the bucket"
new=$(mktemp -d)
chmod 755 "$new"
printf '%s\n' '{"title":"Compose Came Up","year":2001,"genres":["Drama"]}' >"$new/new.ndjson"
compose run --rm --no-deps --volume "$new:/new:ro" seed seed s3 /new
rm -rf "$new"
for _ in $(seq 60); do
  found=$(curl -fsS "$url/graphql" -H 'content-type: application/json' --data-binary '{"query":"{ search(text: \"\\\"compose came up\\\"\") { total { value } } }"}')
  case $found in *'"value":1'*) break ;; esac
  sleep 1
done
case $found in *'"value":1'*) echo "the worker heard of it" ;; *) fail "the worker did not hear of a new file: $found" ;; esac

# Prometheus of the profile observability, by its own configuration: it must reach what it scrapes, and take what the
# dashboard asks.
scripts/prometheus.sh
if command -v prometheus >/dev/null; then
  say "Prometheus"
  compose up --detach --no-build --wait --wait-timeout 60 prometheus || { compose logs --no-color prometheus | tail -n 20; fail "Prometheus did not start"; }
  python3 scripts/deploy/compose/scraped.py "http://127.0.0.1:$PROMETHEUS_PORT" deploy/monitoring/dashboard.json
else
  not_run "Prometheus in docker compose up" "it was not found"
fi

for service_name in gateway worker; do
  container=$(compose ps --quiet "$service_name")
  pid=$(podman inspect --format '{{.State.Pid}}' "$container")
  grep -q '^Uid:[[:space:]]65532[[:space:]]65532' "/proc/$pid/status" || fail "$service_name runs as another user"
done
say "docker compose stop"
compose stop --timeout 20
for service_name in gateway worker; do
  container=$(compose ps --all --quiet "$service_name")
  code=$(podman inspect --format '{{.State.ExitCode}}' "$container")
  [ "$code" = 0 ] || fail "$service_name ended with $code when told to stop"
done
