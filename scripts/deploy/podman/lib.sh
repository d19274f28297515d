# shellcheck shell=bash disable=SC2154
# Podman in a folder of its own, and stand-ins for the images that cannot be pulled where there is no registry. Sourced
# after ../lib.sh.
store=$tools/containers
export CONTAINERS_CONF=$PWD/scripts/deploy/podman/containers.conf
export CONTAINERS_REGISTRIES_CONF=$PWD/scripts/deploy/podman/registries.conf
export BUILDAH_ISOLATION=chroot

need_podman() {
  debian_tool podman podman buildah runc netavark aardvark-dns iptables catatonit || return 1
  debian_tool mmdebstrap mmdebstrap || return 1
  [ "$(id -u)" = 0 ] || { missing podman "it needs to be root to run containers here"; return 1; }
}

podman() { command podman --root "$store/root" --runroot "$store/run" "$@"; }

has_image() { podman image exists "$1"; }

# import_root FOLDER NAME [VARIABLE=VALUE…]: makes an image of a folder.
import_root() {
  local folder=$1 name=$2 variable changes=()
  shift 2
  for variable in "$@"; do changes+=(--change "ENV $variable"); done
  tar -C "$folder" --numeric-owner -c . | podman import --quiet "${changes[@]}" - "$name" >/dev/null
}

# A Debian of the same release as the images that are built on it, with these packages.
debian_root() {
  local folder=$1 packages=$2
  quietly mmdebstrap --quiet --variant=minbase --include="$packages" bookworm "$store/base.tar"
  rm -rf "$folder"
  mkdir -p "$folder"
  tar -C "$folder" -xf "$store/base.tar"
  rm "$store/base.tar"
  # The authorities that this machine trusts: it may be behind a proxy of its own.
  cp /etc/ssl/certs/ca-certificates.crt "$folder/etc/ssl/certs/ca-certificates.crt"
}

# Where clients look for them.
certificates=/etc/ssl/certs/ca-certificates.crt
trust=("SSL_CERT_FILE=$certificates" "CARGO_HTTP_CAINFO=$certificates" "NODE_EXTRA_CA_CERTS=$certificates")

# rust:VERSION-slim-bookworm: Debian, a linker, and this machine's toolchain of that version.
stand_in_rust() {
  local name=localhost/rust:$1-slim-bookworm folder=$store/rust toolchain
  has_image "$name" && return
  say "Making a stand-in of $name"
  rustup target add --toolchain "$1" "$(uname -m)-unknown-linux-musl" >/dev/null 2>&1
  toolchain=$(readlink -f "$(rustup run "$1" rustc --print sysroot)")
  debian_root "$folder" ca-certificates,gcc,libc6-dev
  mkdir -p "$folder/usr/local/rustup/toolchains" "$folder/usr/local/cargo/bin"
  tar -C "$toolchain" -c --exclude=./share/doc --exclude=./lib/rustlib/src . |
    tar -C "$folder/usr/local/rustup/toolchains" -x --transform "s,^\.,$1-$(uname -m)-unknown-linux-gnu,"
  printf 'default_toolchain = "%s-%s-unknown-linux-gnu"\nprofile = "minimal"\nversion = "12"\n' "$1" "$(uname -m)" \
    >"$folder/usr/local/rustup/settings.toml"
  cp --dereference "$(command -v rustup)" "$folder/usr/local/cargo/bin/rustup"
  for proxy in cargo rustc; do ln -sf rustup "$folder/usr/local/cargo/bin/$proxy"; done
  import_root "$folder" "$name" "${trust[@]}" RUSTUP_HOME=/usr/local/rustup CARGO_HOME=/usr/local/cargo \
    'PATH=/usr/local/cargo/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
  rm -rf "$folder"
}

# node:VERSION-bookworm-slim: Debian and this machine's Node, of whatever version that is.
stand_in_node() {
  local name=localhost/node:$1-bookworm-slim folder=$store/node
  has_image "$name" && return
  say "Making a stand-in of $name, with Node $(node --version)"
  debian_root "$folder" ca-certificates,libstdc++6
  cp --dereference "$(command -v node)" "$folder/usr/local/bin/node"
  mkdir -p "$folder/usr/local/lib/node_modules"
  cp -r "$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")" "$folder/usr/local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$folder/usr/local/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$folder/usr/local/bin/npx"
  import_root "$folder" "$name" "${trust[@]}"
  rm -rf "$folder"
}

# Docker Compose itself, which talks to Podman as to Docker.
docker_compose() {
  . scripts/deploy/tools.sh
  go_command docker-compose github.com/docker/compose/v2/cmd@v2.40.3
}
