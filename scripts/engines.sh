#!/usr/bin/env bash
# Real search nodes for tests, without a container engine: start [FLAVOUR…] | stop | urls | jars FLAVOUR (fetches them)
#
# A flavour is a folder of testkit/engines. Its jars come through Maven, once; its node runs on free ports of the
# loopback address, is shared by everything that is tested in this checkout, and exits when it was not used for 15
# minutes. State is kept in target/engines/FLAVOUR: log, pid, url, used (touched by tests), classpath, home (data).
. "$(dirname "$0")/lib.sh"

state_of() { printf '%s/target/engines/%s' "$PWD" "$1"; }

flavours() { for folder in testkit/engines/*/; do basename "$folder"; done; }

# Oldest Java that the engine runs on. The oldest installed one that will do is taken: what is much younger than an
# engine may not know it.
java_needed() { case $1 in opensearch*) echo 21 ;; *) echo 11 ;; esac; }

# Prints the path of the oldest Java from a version on.
find_java() {
  local needed=$1 best='' best_version=999 java version home
  for home in "${JAVA_HOME:-}" "${JAVA_HOME_11_X64:-}" "${JAVA_HOME_17_X64:-}" "${JAVA_HOME_21_X64:-}" \
    "${JAVA_HOME_25_X64:-}" /usr/lib/jvm/* /Library/Java/JavaVirtualMachines/*/Contents/Home PATH; do
    if [ "$home" = PATH ]; then java=$(command -v java || true); else java=$home/bin/java; fi
    # A node is compiled as it starts, so it wants a whole development kit.
    [ -x "$java" ] && "$java" --list-modules 2>/dev/null | grep -q '^jdk.compiler' || continue
    version=$("$java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.specification.version = //p')
    case $version in '' | *[!0-9]*) continue ;; esac
    if [ "$version" -ge "$needed" ] && [ "$version" -lt "$best_version" ]; then
      best=$java best_version=$version
    fi
  done
  [ -n "$best" ] && printf '%s\n' "$best"
}

# Installs Debian packages where we may; the first of those named that there is.
install_any() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  apt-get update -qq >&2 || return 1
  local package
  for package in "$@"; do
    say "Installing $package for the search engines under test" >&2
    apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1 && return 0
  done
  return 1
}

# A missing tool fails in CI, where nothing is skipped; elsewhere it is told in a line.
skip() {
  [ -z "${CI:-}" ] || fail "$1: $2, and in CI nothing is skipped"
  say "SKIPPED: tests on $1 ($2)" >&2
}

is_running() {
  local state=$1 pid
  pid=$(cat "$state/pid" 2>/dev/null) && ps -p "$pid" -o args= 2>/dev/null | grep -qF "TestNode.java $state"
}

# Resolves the class path unless that was done for this very pom.
resolve() {
  local folder=$1 state=$2
  if [ -s "$state/classpath" ] && cmp -s "$folder/pom.xml" "$state/pom.xml"; then return; fi
  say "Resolving the jars of $(basename "$folder")" >&2
  rm -f "$state/classpath"
  mvn -q -B -f "$folder/pom.xml" dependency:build-classpath "-Dmdep.outputFile=$state/classpath.new" >"$state/maven.log" 2>&1 ||
    { tail -n 20 "$state/maven.log" >&2; return 1; }
  mv "$state/classpath.new" "$state/classpath"
  cp "$folder/pom.xml" "$state/pom.xml"
}

# Fetches the jars and prints the Java that runs them; nothing where either cannot be had.
jars() {
  local flavour=$1 state java folder=testkit/engines/$1 needed
  state=$(state_of "$flavour")
  mkdir -p "$state"
  needed=$(java_needed "$flavour")
  java=$(find_java "$needed") || { install_any "openjdk-$needed-jdk-headless" openjdk-21-jdk-headless \
    openjdk-25-jdk-headless openjdk-17-jdk-headless && java=$(find_java "$needed"); } ||
    { skip "$flavour" "no Java $needed or newer was found: install one, or set JAVA_HOME"; return; }
  if ! cmp -s "$folder/pom.xml" "$state/pom.xml" && ! command -v mvn >/dev/null; then
    install_any maven || { skip "$flavour" "Maven was not found: install it"; return; }
  fi
  resolve "$folder" "$state" || { skip "$flavour" "its jars could not be fetched"; return; }
  printf '%s\n' "$java"
}

launch() {
  local flavour=$1 state java folder=testkit/engines/$1
  state=$(state_of "$flavour")
  mkdir -p "$state"
  touch "$state/used"
  if is_running "$state"; then return; fi
  java=$(jars "$flavour")
  [ -n "$java" ] || return 0
  say "Starting $flavour with $java" >&2
  rm -rf "$state/home" "$state/url"
  # The node outlives this script: it keeps neither its output nor its lock open.
  OPENSEARCH_PATH_CONF='' nohup "$java" -Xms256m -Xmx1g -Djava.io.tmpdir="$(mktemp -d)" \
    "-Dlog4j2.configurationFile=$folder/log4j2.properties" \
    "-Dopensearch.path.conf=$state/home/config" "-Des.path.conf=$state/home/config" \
    -cp "$(cat "$state/classpath")" "$folder/TestNode.java" "$state" >"$state/log" 2>&1 </dev/null 9>&- &
  echo $! >"$state/pid"
}

await() {
  local flavour=$1 state
  state=$(state_of "$flavour")
  [ -f "$state/pid" ] || return 0
  for _ in $(seq 1200); do
    if [ -f "$state/url" ]; then return; fi
    if ! is_running "$state"; then break; fi
    sleep 0.1
  done
  tail -n 30 "$state/log" >&2
  fail "$flavour did not start: see $state/log"
}

start() {
  local flavour
  for flavour in "$@"; do launch "$flavour"; done
  for flavour in "$@"; do await "$flavour"; done
}

stop() {
  local flavour state pid
  for flavour in $(flavours); do
    state=$(state_of "$flavour")
    if is_running "$state"; then
      pid=$(cat "$state/pid")
      kill "$pid"
      for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
      kill -9 "$pid" 2>/dev/null || true
    fi
    rm -rf "$state/pid" "$state/url" "$state/home"
  done
}

# One line for each running node: flavour, tab, address.
urls() {
  local flavour state
  for flavour in $(flavours); do
    state=$(state_of "$flavour")
    if is_running "$state" && [ -f "$state/url" ]; then printf '%s\t%s\n' "$flavour" "$(cat "$state/url")"; fi
  done
}

mkdir -p target/engines
# Test programs start at the same time; without flock(1), as on macOS, start the nodes before they do.
exec 9>target/engines/lock
if command -v flock >/dev/null; then flock 9; fi
case "${1:-}" in
  start) shift; [ $# -gt 0 ] || set -- $(flavours); start "$@" ;;
  stop) stop ;;
  urls) urls ;;
  jars) jars "${2:?a flavour}" ;;
  *) fail "usage: scripts/engines.sh start [FLAVOUR…] | stop | urls | jars FLAVOUR" ;;
esac
