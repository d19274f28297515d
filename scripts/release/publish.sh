#!/usr/bin/env bash
# publish.sh FOLDER: the release of VERSION, with all files of the folder and what CHANGELOG.md says of it.
. "$(dirname "$0")/../lib.sh"
dist=${1:?usage: publish.sh FOLDER}
awk -v heading="## ${VERSION:?}" 'index($0, heading) == 1 { on = 1; next } /^## / { on = 0 } on' CHANGELOG.md >"$dist.notes.md"
options=()
case $VERSION in *-*) options+=(--prerelease) ;; esac
gh release create "v$VERSION" --verify-tag --title "WIKIMovie $VERSION" --notes-file "$dist.notes.md" "${options[@]}" "$dist"/*
