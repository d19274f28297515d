# shellcheck shell=bash disable=SC2034
# Shared by the gates of deploy-check: which tree is checked, where tools are kept, and how a gate tells what it did not
# run. A gate is one script, NAME.sh [--full]; it installs its tools itself and fails on the first thing that is wrong.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

# Tools are kept here from run to run.
tools=$PWD/.cache/deploy
# What is checked: this checkout, or a copy of its files with a fault planted in it (faults.sh).
tree=${DEPLOY_TREE:-$PWD}
full=false
case "${1:-}" in
  '') ;;
  --full) full=true ;;
  *) fail "usage: $0 [--full]" ;;
esac
mkdir -p "$tools/bin" "$tools/stamps"
export PATH=$tools/bin:$PATH

# What could not be run, and why; deploy-check tells all of them at its end.
not_run() {
  printf 'NOT RUN: %s (%s)\n' "$1" "$2"
  [ -z "${DEPLOY_NOT_RUN:-}" ] || printf '%s (%s)\n' "$1" "$2" >>"$DEPLOY_NOT_RUN"
}

# A tool that cannot be had fails in CI, where nothing is skipped; elsewhere it is told in a line.
missing() {
  [ -z "${CI:-}" ] || fail "$1: $2, and in CI nothing is skipped"
  not_run "$1" "$2"
  return 1
}

installed() { [ -x "$tools/bin/$1" ] && [ "$(cat "$tools/stamps/$1" 2>/dev/null)" = "$2" ]; }

# Runs an installation quietly; its output is shown where it fails.
quietly() {
  local log=$tools/install.log
  "$@" >"$log" 2>&1 </dev/null || { tail -n 20 "$log" >&2; return 1; }
}

# go_tool NAME MODULE@VERSION: builds a command of a Go module into bin/NAME.
go_tool() {
  local name=$1 module=$2
  installed "$name" "$module" && return
  command -v go >/dev/null || { missing "$name" "Go was not found: install it"; return; }
  say "Building $name ($module)"
  local bin=$tools/go/$name
  mkdir -p "$bin"
  quietly env GOFLAGS=-buildvcs=false GOBIN="$bin" go install "$module" || { missing "$name" "it could not be built"; return; }
  mv "$bin"/* "$tools/bin/$name"
  printf '%s' "$module" >"$tools/stamps/$name"
}

# python_tool NAME PACKAGE==VERSION [PACKAGE…]: a virtual environment of its own, whose command NAME is put into bin/.
python_tool() {
  local name=$1 venv=$tools/python/$1
  shift
  installed "$name" "$*" && return
  command -v python3 >/dev/null || { missing "$name" "Python 3 was not found: install it"; return; }
  say "Installing $name ($*)"
  rm -rf "$venv"
  quietly python3 -m venv "$venv" && quietly "$venv/bin/pip" install -q --disable-pip-version-check "$@" ||
    { missing "$name" "it could not be installed"; return; }
  ln -sf "$venv/bin/$name" "$tools/bin/$name"
  printf '%s' "$*" >"$tools/stamps/$name"
}

# What only root may do, where we are root or may become it without being asked.
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

# debian_tool COMMAND PACKAGE…: installs Debian packages where COMMAND is not there and we may.
debian_tool() {
  local name=$1
  shift
  command -v "$name" >/dev/null && return
  command -v apt-get >/dev/null && as_root true 2>/dev/null || { missing "$name" "it was not found: install it"; return; }
  say "Installing $*"
  quietly as_root apt-get update -qq && quietly as_root apt-get install -y -qq --no-install-recommends "$@" ||
    { missing "$name" "it could not be installed"; return; }
}
