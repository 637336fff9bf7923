#!/usr/bin/env bash
# A cluster on this machine, from plain processes: N Spandrel nodes, a vmagent that writes each shard
# to two of them, a Prometheus that is asked and reads from all.
#
#   bash deploy/cluster/run.sh FOLDER [NODES]
#
# Needs a built project (npm run build), vmagent and prometheus on PATH. Nodes listen on 9211 and
# up, vmagent on 8429, Prometheus on 9090. Ctrl-C ends all of them in order.
set -euo pipefail
folder=$(mkdir -p "${1:?want a folder}" && cd "$1" && pwd)
count=${2:-3}
cd "$(dirname "$0")/../.."

nodes=()
for i in $(seq 1 "$count"); do
  nodes+=("spandrel-$i=zone-$i=127.0.0.1:$((9210 + i))")
done
npx tsx deploy/cluster/source/write-cluster.ts "$folder/config" "${nodes[@]}"

children=()
trap 'kill "${children[@]}" 2>/dev/null || true; wait' EXIT INT TERM
for i in $(seq 1 "$count"); do
  node dist/main.js serve --web.listen-address="127.0.0.1:$((9210 + i))" \
    --storage.path="$folder/spandrel-$i" --storage.out-of-order-window=10m \
    --self-scrape.interval=0 &
  children+=($!)
done
mapfile -t flags <"$folder/config/vmagent.flags"
vmagent -httpListenAddr=127.0.0.1:8429 -promscrape.config="$folder/config/scrape.yml" \
  -remoteWrite.tmpDataPath="$folder/vmagent" "${flags[@]}" &
children+=($!)
prometheus --config.file="$folder/config/prometheus-read.yml" \
  --storage.tsdb.path="$folder/prometheus" --web.listen-address=127.0.0.1:9090 &
children+=($!)
wait
