#!/usr/bin/env bash
# sbom.sh FOLDER: a bill of materials (CycloneDX, JSON) of each binary: all crates that are linked into it.
. "$(dirname "$0")/../lib.sh"
need_rust
dist=${1:?usage: sbom.sh FOLDER}
mkdir -p "$dist"
dist=$(cd "$dist" && pwd)
version=${VERSION:-$(sed -n '/^\[workspace\.package\]/,/^$/s/^version = "\(.*\)"/\1/p' Cargo.toml)}
command -v cargo-cyclonedx >/dev/null || cargo install --locked --quiet cargo-cyclonedx@0.5.9
# Beside each manifest of the workspace; those of the binaries are kept.
made=.sbom-$$
trap 'find . -name "$made.json" -not -path "./target/*" -delete' EXIT
cargo cyclonedx --quiet --format json --spec-version 1.5 --target all --no-build-deps --override-filename "$made"
for binary in wikimovie:standalone wikimovie-api:api wikimovie-ingest:ingest; do
  mv "${binary#*:}/$made.json" "$dist/${binary%:*}-$version.cdx.json"
done
