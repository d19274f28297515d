#!/usr/bin/env bash
# binaries.sh FOLDER: the binaries of the images (VERSION, ARCHITECTURE), packed for those who want no container.
. "$(dirname "$0")/../lib.sh"
dist=${1:?usage: binaries.sh FOLDER}
name=wikimovie-${VERSION:?}-linux-${ARCHITECTURE:?}
mkdir -p "$dist"
dist=$(cd "$dist" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
docker buildx build --target binaries --output "type=local,dest=$work/$name" .
cp LICENSE README.md CHANGELOG.md "$work/$name/"
# The same input packs to the same bytes.
tar -C "$work" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -c "$name" | gzip -n >"$dist/$name.tar.gz"
