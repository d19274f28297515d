#!/usr/bin/env bash
# push-images.sh FROM TO [VERSION]: copies the published images, both architectures and their attestations, from one registry to
# another, such as ghcr.io/OWNER to the ECR of Terraform (terraform output -raw registry). Nothing is built, and nothing is
# pulled to this machine. Needs docker with buildx, and to be logged in at TO. DRY_RUN=1 prints what it would do.
. "$(dirname "$0")/lib.sh"
usage="usage: push-images.sh FROM TO [VERSION], such as ghcr.io/OWNER 123456789012.dkr.ecr.eu-west-1.amazonaws.com/wikimovie"
from=${1:?$usage} to=${2:?$usage}
version=${3:-$(sed -n 's/^appVersion: *//p' helm/wikimovie/Chart.yaml)}
run() { if [ -n "${DRY_RUN:-}" ]; then printf '%s\n' "$*"; else "$@"; fi; }

for image in wikimovie-api wikimovie-ingest wikimovie; do
  run docker buildx imagetools create --tag "${to%/}/$image:$version" "${from%/}/$image:$version"
done
[ -z "${DRY_RUN:-}" ] || exit 0
# Nodes of another processor would fail to start what is there ("exec format error").
for image in wikimovie-api wikimovie-ingest wikimovie; do
  platforms=$(docker buildx imagetools inspect "${to%/}/$image:$version" --format '{{range .Manifest.Manifests}}{{.Platform.OS}}/{{.Platform.Architecture}} {{end}}')
  for platform in linux/amd64 linux/arm64; do
    case " $platforms" in *" $platform "*) ;; *) fail "$image:$version has no $platform at $to: $platforms" ;; esac
  done
  printf '%s/%s:%s: %s\n' "${to%/}" "$image" "$version" "$platforms"
done
