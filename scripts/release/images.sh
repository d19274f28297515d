#!/usr/bin/env bash
# The images of this processor, pushed to PREFIX as VERSION-ARCHITECTURE, with their bill of materials and provenance.
. "$(dirname "$0")/../lib.sh"
for image in wikimovie wikimovie-api wikimovie-ingest; do
  docker buildx build --target "$image" --push --sbom true --provenance mode=max \
    --build-arg "VERSION=${VERSION:?}" --build-arg "REVISION=$(git rev-parse HEAD)" \
    --label "org.opencontainers.image.source=${GITHUB_SERVER_URL:?}/${GITHUB_REPOSITORY:?}" \
    --tag "${PREFIX:?}/$image:$VERSION-${ARCHITECTURE:?}" .
done
