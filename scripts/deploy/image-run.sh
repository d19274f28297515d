#!/usr/bin/env bash
# image-run.sh IMAGE…: whether built images are as they should be: small, nothing in them but what is ours, an unprivileged
# user, and a program that runs on a read-only root without any capability. With Docker where its engine runs, else with
# Podman.
images=("$@")
set --
. "$(dirname "$0")/lib.sh"
. scripts/deploy/podman/lib.sh
max_megabytes=60

if docker info >/dev/null 2>&1; then engine=docker; else engine=podman; fi
inspect() { "$engine" image inspect --format "$2" "$1"; }
locked=(--read-only --cap-drop ALL --security-opt no-new-privileges)

for image in "${images[@]}"; do
  program=/usr/local/bin/$image
  bytes=$(inspect "$image" '{{.Size}}')
  printf '%s: %s.%s MB\n' "$image" "$((bytes / 1000000))" "$((bytes / 100000 % 10))"
  [ "$bytes" -le $((max_megabytes * 1000000)) ] || fail "$image is larger than $max_megabytes MB"
  [ "$(inspect "$image" '{{.Config.User}}')" = 65532:65532 ] || fail "$image does not run as an unprivileged user"
  [ "$(inspect "$image" '{{index .Config.Labels "org.opencontainers.image.title"}}')" = "$image" ] || fail "$image has no OCI labels"
  [ "$(inspect "$image" '{{index .Config.Healthcheck.Test 1}}')" = "$program" ] || fail "$image has no health check of its own"

  # What an engine makes by itself is left out.
  container=$("$engine" create "$image")
  # Into a file: an engine whose reader has seen enough may wait for it for ever.
  "$engine" export --output "$tools/image.tar" "$container"
  files=$(tar -tf "$tools/image.tar" | sed 's,^\./,,; s,/$,,' | grep -vE '^(dev|proc|sys|run)(/|$)|^\.dockerenv$|^etc/(hosts|hostname|resolv\.conf|mtab)$|^$' | sort)
  tar --numeric-owner -tvf "$tools/image.tar" | grep -E '^d.* 65532/65532 .* (\./)?data/$' >/dev/null || fail "$image may not write to /data"
  expected=$(printf '%s\n' data etc etc/group etc/passwd etc/ssl etc/ssl/certs etc/ssl/certs/ca-certificates.crt tmp usr usr/local usr/local/bin "${program#/}" | sort)
  "$engine" rm --volumes "$container" >/dev/null
  rm "$tools/image.tar"
  [ "$files" = "$expected" ] || { diff <(printf '%s\n' "$expected") <(printf '%s\n' "$files"); fail "$image holds other files than it should"; }

  "$engine" run --rm --network none "${locked[@]}" "$image" --version
  # Nothing listens in a new container, so that health has to say so.
  if "$engine" run --rm --network none "${locked[@]}" "$image" health 2>/dev/null; then fail "$image says that it is ready when nothing runs"; fi
done

for image in "${images[@]}"; do
  [ "$image" = wikimovie ] || continue
  say "Serving seeds/ from the image wikimovie"
  container=$("$engine" run --detach "${locked[@]}" --tmpfs /tmp:mode=1777 --volume "$PWD/seeds:/seeds:ro" \
    --env WIKIMOVIE_WATCH=/seeds --publish 127.0.0.1::8080 wikimovie)
  trap '"$engine" rm --force --volumes "$container" >/dev/null' EXIT
  mkdir -p "$tools/answers"
  scripts/deploy/smoke.sh "http://$("$engine" port "$container" 8080/tcp | head -n 1)" >"$tools/answers/wikimovie"
  "$engine" exec "$container" /usr/local/bin/wikimovie health
  url=http://$("$engine" port "$container" 8080/tcp | head -n 1)
  deploy/chaos/steady_state.py "$url" --seconds 5 --rate 20
  pid=$("$engine" inspect --format '{{.State.Pid}}' "$container")
  if [ -r "/proc/$pid/status" ]; then
    grep -q '^Uid:[[:space:]]65532[[:space:]]65532' "/proc/$pid/status" || fail "wikimovie runs as another user"
    grep -q '^CapEff:[[:space:]]0000000000000000$' "/proc/$pid/status" || fail "wikimovie runs with capabilities"
  fi
  "$engine" stop --time 15 "$container" >/dev/null
  [ "$("$engine" inspect --format '{{.State.ExitCode}}' "$container")" = 0 ] || fail "wikimovie did not stop when told to"
  # The check of the steady state has to tell that nobody answers.
  if deploy/chaos/steady_state.py "$url" --seconds 1; then fail "the steady state is said to hold while nothing answers"; fi
done
