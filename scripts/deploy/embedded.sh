#!/usr/bin/env bash
# The image wikimovie as the chart's StatefulSet runs it (--full, after image.sh): the same variables, user, read-only root and
# volume. It must answer with the sample movies, stop when told to, and answer again from what is on the volume.
. "$(dirname "$0")/lib.sh"
if [ "$full" = false ]; then
  not_run "the embedded engine's image as the chart runs it" "slow: --full"
  exit 0
fi
. scripts/deploy/tools.sh
. scripts/deploy/podman/lib.sh
need_podman && chart_tools || exit 0
has_image localhost/wikimovie || { not_run "the embedded engine's image as the chart runs it" "the image wikimovie is not there: scripts/deploy/image.sh --full builds it"; exit 1; }

scratch=$(mktemp -d)
container=
finish() {
  [ -z "$container" ] || podman rm --force --volumes "$container" >/dev/null
  rm -rf "$scratch"
}
trap finish EXIT
chmod 755 "$scratch"
render "$tree/helm/wikimovie" "$tree/helm/wikimovie/ci/embedded.yaml" >"$scratch/rendered.yaml"
chart_python scripts/deploy/embedded_run.py "$scratch/rendered.yaml" "$scratch" >"$scratch/arguments"
mapfile -t arguments <"$scratch/arguments"
chgrp 65532 "$scratch/data"
chmod 2770 "$scratch/data"

ask() {
  curl -fsS --max-time 10 "$url/graphql" -H 'content-type: application/json' \
    -d '{"query":"{ catalog { movies } search(text: \"the godfahter\") { hits(first: 1) { nodes { title } } } }"}' 2>/dev/null || true
}
# serve WHAT: starts it and waits for the first film.
serve() {
  local answer
  container=$(podman run --detach --publish 127.0.0.1::8080 "${arguments[@]}")
  url=http://$(podman port "$container" 8080/tcp | head -n 1)
  for _ in $(seq 120); do
    answer=$(ask)
    case $answer in *'"title":"The Godfather"'*) printf '%s: %s\n' "$1" "$answer"; return ;; esac
    [ "$(podman inspect --format '{{.State.Running}}' "$container")" = true ] || break
    sleep 0.5
  done
  podman logs --tail 20 "$container"
  fail "$1: the embedded engine answers $answer"
}
serve "with an empty volume"
podman stop --time 30 "$container" >/dev/null
[ "$(podman inspect --format '{{.State.ExitCode}}' "$container")" = 0 ] || fail "it did not stop when told to"
podman rm "$container" >/dev/null
container=
[ -n "$(ls "$scratch/data")" ] || fail "nothing is on the volume"
serve "with what is on the volume"
