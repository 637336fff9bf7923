#!/usr/bin/env bash
# Thanos keeps for years what leaves the memory of Spandrel nodes: their exported windows, uploaded
# to an object store and answered from there.
#
#   bash thanos.sh upload NODE BLOCKS   beside each node, once an hour: its --export.blocks-path
#   bash thanos.sh store                answers what is in the object store
#   bash thanos.sh query                PromQL over it, on port 10904
#
# BUCKET names a file with the object store's configuration (thanos.io, "Object Storage").
#
# Every block needs labels of its own, so NODE becomes the label `node`. Two nodes have every series:
# --query.replica-label=node makes one of the copies. What is younger than a window and the export's
# delay is in no block yet; that is what the reading Prometheus is asked for, as a data source beside
# this one. A sidecar does not help there: it offers what its Prometheus stores, and that is nothing.
set -euo pipefail
bucket=${BUCKET:-bucket.yml}

case "${1:?upload, store or query}" in
  upload)
    exec thanos tools bucket upload-blocks --objstore.config-file="$bucket" \
      --label="node=\"${2:?the node}\"" --path="${3:?the directory of its blocks}"
    ;;
  store)
    exec thanos store --objstore.config-file="$bucket" --data-dir=thanos-store \
      --grpc-address=127.0.0.1:10901 --http-address=127.0.0.1:10902
    ;;
  query)
    exec thanos query --endpoint=127.0.0.1:10901 --query.replica-label=node \
      --grpc-address=127.0.0.1:10903 --http-address=127.0.0.1:10904
    ;;
  *) echo "upload, store or query" >&2 && exit 2 ;;
esac
