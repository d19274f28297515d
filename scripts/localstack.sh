#!/usr/bin/env bash
# S3 and SQS on this machine, without a container engine: start | url | stop | install (prints the Python that runs it)
#
# LocalStack is installed with pip into target/localstack, once. It listens on a free port of the loopback address, is
# shared by everything that is tested in this checkout, and exits when it was not used for 15 minutes. All instances on
# a machine share their buckets' files, so that names of buckets must be of one run.
. "$(dirname "$0")/lib.sh"

state=$PWD/target/localstack
requirements=testkit/localstack/requirements.txt

skip() {
  [ -z "${CI:-}" ] || fail "LocalStack: $1, and in CI nothing is skipped"
  say "SKIPPED: tests on LocalStack ($1)" >&2
}

# On Python 3.12 LocalStack finds none of its services.
find_python() {
  local python
  for python in python3.13 python3.14 python3 "$HOME"/.pyenv/versions/3.13*/bin/python; do
    command -v "$python" >/dev/null || continue
    "$python" -c 'import sys, venv; sys.exit(sys.version_info < (3, 13))' 2>/dev/null && { command -v "$python"; return; }
  done
  return 1
}

is_running() {
  local pid
  pid=$(cat "$state/pid" 2>/dev/null) && ps -p "$pid" -o args= 2>/dev/null | grep -qF localstack.runtime.main
}

install() {
  local python
  if [ -x "$state/venv/bin/python" ] && cmp -s "$requirements" "$state/requirements.txt"; then return; fi
  python=$(find_python) || { skip "Python 3.13 or newer was not found: install it"; return 1; }
  say "Installing LocalStack with $python" >&2
  rm -rf "$state/venv"
  { "$python" -m venv "$state/venv" && "$state/venv/bin/pip" install -q --disable-pip-version-check --no-deps -r "$requirements"; } >"$state/pip.log" 2>&1 ||
    { tail -n 20 "$state/pip.log" >&2; skip "it could not be installed"; return 1; }
  cp "$requirements" "$state/requirements.txt"
}

start() {
  local port
  mkdir -p "$state"
  touch "$state/used"
  if is_running; then return; fi
  install || return 0
  port=$("$state/venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  rm -f "$state/url"
  # The default server listens on every address, whatever it is told; without paths, addresses of queues name a host
  # that does not resolve.
  env SERVICES=s3,sqs EAGER_SERVICE_LOADING=1 DISABLE_EVENTS=1 SKIP_SSL_CERT_DOWNLOAD=1 DNS_ADDRESS=0 \
    GATEWAY_SERVER=hypercorn "GATEWAY_LISTEN=127.0.0.1:$port" "LOCALSTACK_HOST=127.0.0.1:$port" \
    SQS_ENDPOINT_STRATEGY=path "LOCALSTACK_VOLUME_DIR=$state/volume" \
    nohup "$state/venv/bin/python" -m localstack.runtime.main >"$state/log" 2>&1 </dev/null 9>&- &
  echo $! >"$state/pid"
  for _ in $(seq 600); do
    if curl -sf "http://127.0.0.1:$port/_localstack/health" >/dev/null; then
      printf 'http://127.0.0.1:%s\n' "$port" >"$state/url"
      watch "$(cat "$state/pid")" </dev/null >/dev/null 2>&1 9>&- &
      return
    fi
    is_running || break
    sleep 0.1
  done
  tail -n 30 "$state/log" >&2 || true
  fail "LocalStack did not start: see $state/log"
}

# It may hang on its way out.
end() {
  kill "$1" 2>/dev/null || return 0
  for _ in $(seq 50); do kill -0 "$1" 2>/dev/null || return 0; sleep 0.1; done
  kill -9 "$1" 2>/dev/null || true
}

# Stops the process once nobody has asked for it for 15 minutes.
watch() {
  while sleep 30 && kill -0 "$1" 2>/dev/null; do
    [ -z "$(find "$state/used" -mmin +15)" ] || end "$1"
  done
}

stop() {
  if is_running; then end "$(cat "$state/pid")"; fi
  rm -f "$state/pid" "$state/url"
}

mkdir -p "$state"
exec 9>"$state/lock"
if command -v flock >/dev/null; then flock 9; fi
case "${1:-}" in
  start) start ;;
  stop) stop ;;
  install) install && printf '%s\n' "$state/venv/bin/python" ;;
  url) if is_running && [ -f "$state/url" ]; then cat "$state/url"; fi ;;
  *) fail "usage: scripts/localstack.sh start | url | stop | install" ;;
esac
