#!/usr/bin/env bash
# Builds the image of the Dockerfile and runs it as compose and Kubernetes would: root file system
# read-only, no capabilities, no new privileges, the image's own user.
#
#   sudo bash scripts/check-image.sh [port]
#   sudo IMAGE_FILE=FILE bash scripts/check-image.sh     leaves the image for check-compose.sh
#
# For Debian 12 without Docker, and without its registry: buildah and Podman do the work, and the
# base image is made of Debian's packages and of npm's Node under the name that the Dockerfile asks
# for. Takes four minutes and 1.5 GB, in a folder and images of its own, removed at the end. Ends
# with "image: all checks passed"; or with the check that failed and status 1; or, where nothing can
# be checked because no container starts at all, with what is missing and status 77.
set -euo pipefail
cd "$(dirname "$0")/.."

port=${1:-19201}
url=http://127.0.0.1:$port
folder=$(mktemp -d)
name=spandrel-check-$$
image=localhost/spandrel:check
missing=''
source scripts/container-image.sh
# The limits are those that a container of few rights may have itself.
few_rights=(--network host --ulimit nofile=16384:16384 --ulimit nproc=4096:4096
  --read-only --tmpfs /tmp:size=64m --cap-drop ALL --security-opt no-new-privileges)
engine() { podman --runtime runc --cgroup-manager cgroupfs "$@"; }

finish() {
  local status=$?
  engine rm --force "$name" >/dev/null 2>&1 || true
  engine volume rm "$name" >/dev/null 2>&1 || true
  remove_images
  rm -rf "$folder"
  if [ $status -eq 0 ]; then
    echo 'image: all checks passed'
  elif [ -n "$missing" ]; then
    echo "image: not checked, there are no $missing"
    exit 77
  else
    echo 'image: FAILED'
  fi
}
trap finish EXIT

fails() { ! "$@" 2>/dev/null; }
inside() { engine exec "$name" "$@"; }
has_no_capability() { inside grep -q '^CapEff:[[:space:]]*0*$' /proc/1/status; }
series_count() {
  curl -fsS -G "$url/api/v1/query" --data-urlencode 'query=count({__name__=~"go_.+"})' |
    sed -n 's/.*,"\([0-9]*\)"\]}.*/\1/p'
}
has_series() { [ "$(series_count)" -gt 0 ]; }

await() { # what command...
  local what=$1
  shift
  for _ in $(seq 60); do
    if "$@" >/dev/null 2>&1; then
      echo "ok: $what"
      return
    fi
    sleep 1
  done
  engine logs "$name" | tail -n 20
  check "$what" false
}

install_builder
missing='rights to start a container'
engine run --rm "${few_rights[@]}" "$base" true
missing=''
build_image
[ -z "${IMAGE_FILE:-}" ] || save_image "$IMAGE_FILE"

# There is no systemd here to run the health check from time to time: it is run below.
engine run --detach --name "$name" --no-healthcheck "${few_rights[@]}" \
  --env "SPANDREL_WEB_LISTEN_ADDRESS=127.0.0.1:$port" --volume "$name:/data" "$image" >/dev/null

await 'it is ready' curl -fsS "$url/-/ready"
await 'it is healthy by its own check' inside node dist/healthcheck.js
check 'it runs as the user node' test "$(inside id -un)" = node
check 'it has no capability' has_no_capability
check 'its root file system is read-only' fails inside touch /app/file
await 'it answers queries' has_series
engine stop --time 60 "$name" >/dev/null
check 'it stops by its signal with status 0' test "$(engine inspect --format '{{.State.ExitCode}}' "$name")" = 0
engine start "$name" >/dev/null
await 'it is ready again' curl -fsS "$url/-/ready"
check 'it has what it had' has_series
