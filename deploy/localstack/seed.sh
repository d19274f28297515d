#!/usr/bin/env bash
# Uploads seeds/ to the bucket of LocalStack in the cluster; its notifications reach the worker.
set -euo pipefail
cd "$(dirname "$0")/../.."
kubectl() { command kubectl --namespace "${NAMESPACE:-movies}" "$@"; }
kubectl rollout status deployment/localstack --timeout 180s
pod=$(kubectl get pods --selector app=localstack --field-selector status.phase=Running --output jsonpath='{.items[0].metadata.name}')
kubectl exec "$pod" -- rm -rf /tmp/seeds
kubectl cp seeds "$pod:/tmp/seeds"
kubectl exec "$pod" -- awslocal s3 sync /tmp/seeds "s3://${BUCKET:-wikimovie}/" --exclude '*.schema.json'
