#!/usr/bin/env bash
# One name, PREFIX/IMAGE:VERSION, for the images of both processors; prints IMAGE=DIGEST, as outputs of a step.
. "$(dirname "$0")/../lib.sh"
for image in wikimovie wikimovie-api wikimovie-ingest; do
  name=${PREFIX:?}/$image
  tags=(--tag "$name:${VERSION:?}")
  # A version such as 1.2.0-rc.1 is not what people get who name none.
  case $VERSION in *-*) ;; *) tags+=(--tag "$name:latest") ;; esac
  docker buildx imagetools create "${tags[@]}" "$name:$VERSION-amd64" "$name:$VERSION-arm64" >&2
  printf '%s=%s\n' "$image" "$(docker buildx imagetools inspect "$name:$VERSION" --format '{{.Manifest.Digest}}')"
done
