#!/usr/bin/env bash
# Real search nodes for tests, without a container engine: start [FLAVOUR…] | stop | urls | jars FLAVOUR (fetches them)
. "$(dirname "$0")/lib.sh"
exec cargo xtask engines "$@"
