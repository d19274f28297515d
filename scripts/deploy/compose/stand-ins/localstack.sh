#!/usr/bin/env bash
# LocalStack of this checkout, on all addresses of its container, with the hooks that its image runs.
set -euo pipefail
# What it keeps between starts goes where it may write.
export HOME=/tmp XDG_CACHE_HOME=/tmp/cache
export GATEWAY_LISTEN=0.0.0.0:4566 GATEWAY_SERVER=hypercorn DISABLE_EVENTS=1 SKIP_SSL_CERT_DOWNLOAD=1 DNS_ADDRESS=0
exec "$1" -m localstack.runtime.main
