#!/usr/bin/env bash
# Runs the two compose files as they are, with Docker and docker compose, and asks them.
#
#   sudo bash scripts/check-compose.sh
#   sudo IMAGE_FILE=FILE bash scripts/check-compose.sh     with the image that check-image.sh left
#
# For Debian 12 without Docker's registry. Docker is that of Debian 13, unpacked and not installed.
# It runs in network, process and mount spaces of its own, so that ports that the files publish need
# not be free here and nothing is left behind. Under the names that the files ask for there are
# images made from Debian sid's programs, newest versions; Grafana is in no package and is left out.
# What is asked is in compose-stacks.sh.
#
# Takes two minutes, 0.7 GB of disk and 0.6 GB of memory; without IMAGE_FILE two to four minutes and
# 1.5 GB more, since the image is built first. Ends with "compose: all checks passed"; or with the
# check that failed and status 1; or, where nothing can be checked, with what is missing and
# status 77.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$(mktemp -d)
image=localhost/spandrel:compose-check
control=spandrel-check-$$
missing=''
source scripts/container-image.sh

finish() {
  local status=$?
  [ -n "${IMAGE_FILE:-}" ] || remove_images
  find /sys/fs/cgroup -depth -type d -path "*/$control*" -exec rmdir {} + 2>/dev/null || true
  rm -rf "$folder"
  if [ $status -eq 0 ]; then
    echo 'compose: all checks passed'
  elif [ -n "$missing" ]; then
    echo "compose: not checked, there are no $missing"
    exit 77
  else
    echo 'compose: FAILED'
  fi
}
trap finish EXIT
trap 'missing=; exit 1' INT TERM

# apt's state for this alone, so that the system's lists stay as they are.
unpack() { # suite package...
  local suite=$1 state=$folder/apt-$1 mirror
  shift
  mirror=$(grep -rhoE 'https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d \
    2>/dev/null | head -n 1 | tr -d ' ' || true)
  local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$state/packages"
  echo "deb [signed-by=$keyring] ${mirror:-http://deb.debian.org/debian} $suite main" >"$state/list"
  local options=(-qq -o "Dir::Etc::sourcelist=$state/list" -o Dir::Etc::sourceparts=/nonexistent
    -o "Dir::State::lists=$state/lists" -o "Dir::Cache=$state/cache" -o APT::Sandbox::User=root)
  apt-get update "${options[@]}"
  (cd "$state/packages" && apt-get download "${options[@]}" "$@")
  mkdir -p "$folder/$suite"
  for package in "$state"/packages/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -x -C "$folder/$suite" \
      --exclude='vm[!a]*' --exclude='vma[!g]*' --exclude=victoria-metrics
    basename "${package/_amd64.deb/}"
  done
}

missing='packages for machines other than amd64'
[ "$(dpkg --print-architecture)" = amd64 ]
missing='packages that Docker needs'
apt-get install -y -qq --no-install-recommends \
  iptables iproute2 runc tini curl jq ca-certificates >/dev/null
missing='packages of Docker and its neighbours'
unpack trixie docker.io docker-cli docker-compose containerd
unpack sid prometheus prometheus-node-exporter victoria-metrics libc6 libzstd1 busybox-static

missing=''
archive=${IMAGE_FILE:-$folder/image.tar}
if [ ! -s "$archive" ]; then
  unset IMAGE_FILE
  archive=$folder/image.tar
  install_builder
  missing=''
  build_image
  save_image "$archive"
fi

missing='rights to start containers with Docker'
unshare --mount --net --pid --mount-proc --fork --kill-child \
  bash scripts/compose-stacks.sh "$folder" "$archive" "$control" || {
  [ ! -e "$folder/started" ] || missing=''
  exit 1
}
