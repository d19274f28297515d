#!/usr/bin/env bash
# The images of this processor: built, run, and only then pushed to PREFIX as VERSION-ARCHITECTURE, with their bill of
# materials and provenance.
. "$(dirname "$0")/../lib.sh"
images=(wikimovie wikimovie-api wikimovie-ingest)
build() {
  docker buildx build --target "$1" \
    --build-arg "VERSION=${VERSION:?}" --build-arg "REVISION=$(git rev-parse HEAD)" \
    --label "org.opencontainers.image.source=${GITHUB_SERVER_URL:?}/${GITHUB_REPOSITORY:?}" "${@:2}" .
}
for image in "${images[@]}"; do build "$image" --load --tag "$image"; done
scripts/deploy/image-run.sh "${images[@]}"
for image in "${images[@]}"; do
  build "$image" --push --sbom true --provenance mode=max --tag "${PREFIX:?}/$image:$VERSION-${ARCHITECTURE:?}"
done
