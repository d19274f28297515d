# shellcheck shell=bash
# Builds the provider of schemas and writes the schemas of those resources that the tree's configuration names. Sourced after
# lib.sh; `$scratch/terraformrc` then makes Terraform use it.
classes=@cdktn/provider-aws@25.7.0
provider=$tools/schema-provider
source=scripts/deploy/schema-provider

build_provider() {
  local stamp
  stamp=$(cat "$source"/*.go "$source"/go.* | cksum)
  installed terraform-provider-aws "$stamp" && return
  command -v go >/dev/null || { missing "the schema provider" "Go was not found: install it"; return; }
  say "Building the provider of schemas"
  quietly env GOFLAGS=-buildvcs=false go build -C "$source" -o "$tools/bin/terraform-provider-aws" . ||
    { missing "the schema provider" "it could not be built"; return; }
  printf '%s' "$stamp" >"$tools/stamps/terraform-provider-aws"
}

# The classes of those types that the configuration names; what they have none for, Terraform refuses.
write_schemas() {
  local names name stamp
  if [ "$(cat "$provider/classes" 2>/dev/null)" != "$classes" ]; then
    command -v npm >/dev/null || { missing "the schemas of AWS" "npm was not found: install Node"; return; }
    say "Fetching the schemas of AWS ($classes)"
    rm -rf "$provider"
    mkdir -p "$provider"
    (cd "$provider" && quietly npm pack --silent "$classes" && tar -xzf ./*.tgz && rm ./*.tgz) ||
      { missing "the schemas of AWS" "$classes could not be fetched"; return; }
    printf '%s' "$classes" >"$provider/classes"
  fi
  names=$(cd "$tree" && cat terraform/*/*/*.tf |
    sed -nE 's/^resource "aws_([a-z0-9_]+)".*/\1/p; s/^data "aws_([a-z0-9_]+)".*/data-aws-\1/p' | tr _ - | sort -u)
  stamp=$(cat xtask/src/provider_schemas.rs <(printf '%s' "$names") | cksum | tr ' ' -)
  if [ ! -f "$provider/$stamp/schema.json" ]; then
    local known=(provider)
    for name in $names; do if [ -d "$provider/package/lib/$name" ]; then known+=("$name"); fi; done
    mkdir -p "$provider/$stamp"
    cargo xtask provider-schemas "$provider/package/lib" "${known[@]}" >"$provider/$stamp/schema.new" || fail "schemas could not be read"
    mv "$provider/$stamp/schema.new" "$provider/$stamp/schema.json"
  fi
  ln -f "$tools/bin/terraform-provider-aws" "$provider/$stamp/terraform-provider-aws"
  printf 'provider_installation {\n  dev_overrides { "hashicorp/aws" = "%s" }\n  direct {}\n}\n' "$provider/$stamp" >"$scratch/terraformrc"
}
