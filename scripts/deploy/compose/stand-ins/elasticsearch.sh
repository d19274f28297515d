#!/usr/bin/env bash
# A test node of this checkout, on all addresses of its container.
set -euo pipefail
state=/tmp/node
mkdir -p "$state"
touch "$state/used"
# The node exits where it is not used for a while.
while sleep 60; do touch "$state/used"; done &
"$1" -Xms256m -Xmx512m "-Dlog4j2.configurationFile=testkit/engines/elasticsearch7/log4j2.properties" \
  "-Des.path.conf=$state/home/config" -cp "$(cat target/engines/elasticsearch7/classpath)" \
  testkit/engines/elasticsearch7/TestNode.java "$state" &
until [ -f "$state/url" ]; do
  kill -0 $! || exit 1
  sleep 0.2
done
exec socat TCP-LISTEN:9200,fork,reuseaddr "TCP:$(sed 's,http://,,' "$state/url")"
