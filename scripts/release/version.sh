#!/usr/bin/env bash
# What a tag (GITHUB_REF_NAME) releases, as outputs of a step: version, owner. The tag must name the version of the workspace,
# and CHANGELOG.md must tell of it.
. "$(dirname "$0")/../lib.sh"
tag=${GITHUB_REF_NAME:?}
version=$(sed -n '/^\[workspace\.package\]/,/^$/s/^version = "\(.*\)"/\1/p' Cargo.toml)
[ "$tag" = "v$version" ] || fail "the tag $tag does not name the version of Cargo.toml, $version"
grep -q "^## $version\b" CHANGELOG.md || fail "CHANGELOG.md has no section $version"
owner=${GITHUB_REPOSITORY_OWNER:?}
printf 'version=%s\nowner=%s\n' "$version" "${owner,,}"
