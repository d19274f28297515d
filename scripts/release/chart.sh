#!/usr/bin/env bash
# chart.sh FOLDER: the chart of VERSION, packed and pushed to PREFIX/charts.
. "$(dirname "$0")/../lib.sh"
dist=${1:?usage: chart.sh FOLDER}
mkdir -p "$dist"
helm package helm/wikimovie --version "${VERSION:?}" --app-version "$VERSION" --destination "$dist"
[ -z "${PREFIX:-}" ] || helm push "$dist/wikimovie-$VERSION.tgz" "oci://$PREFIX/charts"
