#!/usr/bin/env bash
# Sees to it that a Chromium is there for the tests of the pages.
. "$(dirname "$0")/lib.sh"
for name in "${CHROMIUM_PATH:-}" chromium chromium-browser google-chrome; do
  [ -n "$name" ] && command -v "$name" >/dev/null && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  say "Installing Chromium for the tests of the pages"
  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null && exit 0
fi
[ -z "${CI:-}" ] || fail "Chromium is missing, and in CI nothing is skipped"
say "Chromium was not found: the tests of the pages will be skipped (set CHROMIUM_PATH to name one)"
