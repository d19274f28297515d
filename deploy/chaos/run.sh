#!/usr/bin/env bash
# run.sh EXPERIMENT: sends requests to a gateway (URL) before, during and after an experiment of this folder, in the namespace
# of the release (NAMESPACE), and prints pass or fail. Needs kubectl and Chaos Mesh in the cluster.
set -euo pipefail
cd "$(dirname "$0")"
experiment=${1:?usage: URL=http://… NAMESPACE=movies run.sh pod-kill|network-delay|engine-loss}
url=${URL:?the address of the gateway, as its users reach it}
namespace=${NAMESPACE:-movies}
kubectl() { command kubectl --namespace "$namespace" "$@"; }

# The requirements during the experiment.
case $experiment in
  pod-kill) during=(--seconds 120 --good 99.5 --p95 500) ;;
  network-delay) during=(--seconds 120 --good 99.9 --p95 1000) ;;
  engine-loss) during=(--seconds 60 --good 99 --p95 1000 --allow ENGINE_UNAVAILABLE --allow ENGINE_TIMEOUT --allow OVERLOADED) ;;
  *) printf 'there is no experiment %s\n' "$experiment" >&2; exit 2 ;;
esac

finish() { kubectl delete --ignore-not-found --wait --filename "$experiment.yaml" >/dev/null; }
trap finish EXIT

echo "before"
./steady_state.py "$url" --seconds 20
kubectl apply --filename "$experiment.yaml"
echo "during $experiment"
verdict=0
./steady_state.py "$url" "${during[@]}" || verdict=1
finish
# Time to recover: pods start, ejected nodes are probed.
kubectl wait --for condition=Ready pod --selector app.kubernetes.io/name=wikimovie --timeout 120s
sleep 10
echo "after"
./steady_state.py "$url" --seconds 20 || verdict=1
if [ "$verdict" = 0 ]; then echo "PASS: $experiment"; else echo "FAIL: $experiment"; fi
exit "$verdict"
