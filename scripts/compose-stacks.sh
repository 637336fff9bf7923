# Run by check-compose.sh, as the first process of spaces of its own: Docker and the two stacks.
# Arguments: the folder with Docker and its neighbours, the image's archive, the name of the control
# group.
set -euo pipefail
folder=$1 archive=$2 control=$3
neighbours=$folder/sid
export PATH=$folder/trixie/usr/bin:$folder/trixie/usr/sbin:$PATH
export DOCKER_HOST=unix://$folder/docker.sock DOCKER_CONFIG=$folder/docker-config
files=(docker-compose.yml deploy/cluster/docker-compose.yml)
trap 'exit 1' INT TERM

fail() { # what
  docker ps --all
  "${compose[@]}" logs --tail 20
  echo "not so: $1"
  exit 1
}

check() { # what command...
  local what=$1
  shift
  "$@" || fail "$what"
  echo "ok: $what"
}

await() { # seconds what command...
  local limit=$1 what=$2 start=$SECONDS
  shift 2
  until "$@" >/dev/null 2>&1; do
    if [ $((SECONDS - start)) -ge "$limit" ]; then
      "$@" || fail "$what, within $limit s"
    fi
    sleep 0.5
  done
  echo "ok: $what, after $((SECONDS - start)) s"
}

start_docker() {
  ip link set lo up
  mount -t tmpfs tmpfs /run
  # In memory, since what Docker has flushed to a disk takes half a minute to remove.
  mkdir "$folder/data"
  mount -t tmpfs -o size=2g tmpfs "$folder/data"
  # There is no name server here. This one refuses at once what Docker does not know.
  echo nameserver 127.0.0.1 >"$folder/resolv.conf"
  mount --bind "$folder/resolv.conf" "$(realpath /etc/resolv.conf)"
  mkdir -p "$DOCKER_CONFIG/cli-plugins"
  ln -s "$folder/trixie/usr/libexec/docker/cli-plugins/docker-compose" "$DOCKER_CONFIG/cli-plugins/"
  dockerd --host "$DOCKER_HOST" --config-file /dev/null --data-root "$folder/data" \
    --exec-root /run/docker --pidfile "$folder/docker.pid" --init-path /usr/bin/tini-static \
    --cgroup-parent "/$control" >"$folder/docker.log" 2>&1 &
  for _ in $(seq 60); do
    if docker version >/dev/null 2>&1; then return; fi
    sleep 0.5
  done
  tail -n 20 "$folder/docker.log"
  exit 1
}

# An image of one program as its makers' has it: a few words of busybox, and the user it runs as.
make_neighbour() { # image program path user setting...
  local name program=$2 path=$3 user=$4 root=$folder/root changes=() libraries
  name=$(sed -n "s|^ *image: \($1:.*\)|\1|p" "${files[@]}" | sort -u)
  shift 4
  rm -rf "$root"
  libraries=$root/usr/lib/x86_64-linux-gnu
  mkdir -p "$root"/{bin,etc,tmp,usr} "$libraries"
  cp -P "$neighbours"/usr/lib/x86_64-linux-gnu/lib{c,resolv,zstd}.so.* "$libraries"
  cp "$neighbours/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" "$libraries"
  cp -r "$neighbours/usr/lib64" "$root/usr/"
  ln -s usr/lib "$root/lib"
  ln -s usr/lib64 "$root/lib64"
  cp "$neighbours/usr/bin/busybox" "$root/bin/"
  ln -s busybox "$root/bin/sh"
  ln -s busybox "$root/bin/wget"
  printf '%s\n' root:x:0:0::/:/bin/sh nobody:x:65534:65534::/:/bin/false >"$root/etc/passwd"
  chmod 1777 "$root/tmp"
  cp "$neighbours/usr/bin/$program" "$root$path"
  # Where Prometheus keeps its data; a volume takes over whose it is.
  install -d -o 65534 -g 65534 "$root/prometheus"
  for setting in "USER $user" "ENTRYPOINT [\"$path\"]" "$@"; do changes+=(--change "$setting"); done
  tar -C "$root" -c . | docker import "${changes[@]}" - "$name" >/dev/null
  echo "made $name of $program"
}

ask() { # server query [time]
  curl -fsS -G "http://$1/api/v1/query" --data-urlencode "query=$2" -d "time=${3:-$(date +%s)}"
}
value() { ask "$@" | jq -r '.data.result[0].value[1]'; }

# A moment of which nothing is on its way to those that are asked first.
mark() {
  then=$(date +%s)
  sleep 3
}

# Each series with its samples of ten minutes, one a line, in order.
samples() { # server selector time
  ask "$1" "${2}[10m]" "$3" | jq -c '.data.result[] | [.metric, .values]' | sort
}

counter() { # server name
  curl -fsS "http://$1/metrics" |
    awk -v name="$2" '$1 ~ "^" name "({|$)" { sum += $NF; found = 1 }
      END { print found ? sum : "none" }'
}
is_none() { [ "$(counter "$1" "$2")" = 0 ]; }
# Prometheus shows a counter with labels from its first count on.
is_none_yet() { case $(counter "$1" "$2") in 0 | none) ;; *) false ;; esac; }

start() { # service...
  "${compose[@]}" up --detach --wait --wait-timeout 200 --no-build --pull never "$@"
}
is_healthy() { [ "$(docker inspect --format '{{.State.Health.Status}}' "$1")" = healthy ]; }
is_equal() { diff <(echo "$1") <(echo "$2"); }

# --- The stack of docker-compose.yml -------------------------------------------------------------

jobs_up() {
  [ "$(ask "$spandrel" 'up{job!="spandrel-self"}' |
    jq -r '.data.result[] | .metric.job + .value[1]' |
    sort | tr '\n' ' ')" = 'node1 prometheus1 spandrel1 ' ]
}
rules() {
  curl -fsS "http://$prometheus/api/v1/rules" | jq -r '.data.groups[].rules[].name' | sort
}
seen_down() { [ "$(value "$prometheus" 'up{job="spandrel"}')" = 0 ]; }
# What Prometheus scraped has all arrived.
same_at_both() { # time
  local there
  there=$(samples "$prometheus" "$scraped" "$1")
  [ -n "$there" ] && [ "$there" = "$(samples "$spandrel" "$scraped" "$1")" ]
}

check_stack() {
  local spandrel=127.0.0.1:9201 prometheus=127.0.0.1:9090 service before then
  local scraped='{job=~"prometheus|node|spandrel"}'
  compose=(docker compose --progress quiet)
  check 'docker-compose.yml starts' start spandrel prometheus node-exporter
  for service in spandrel prometheus node-exporter; do
    check "$service is healthy by its own check" is_healthy "spandrel-$service-1"
  done
  await 60 'Spandrel has up = 1 of prometheus, node and spandrel' jobs_up
  check 'Prometheus has the alerts of examples/alerts.yml' \
    is_equal "$(rules)" "$(sed -n 's/^ *- alert: //p' examples/alerts.yml | sort)"

  mark
  await 60 'all samples of Prometheus are in Spandrel' same_at_both "$then"
  before=$(samples "$spandrel" "$scraped" "$then")
  echo "    $(wc -l <<<"$before") series"
  "${compose[@]}" stop --timeout 60 spandrel 2>/dev/null
  check 'Spandrel stops with status 0' \
    test "$(docker inspect --format '{{.State.ExitCode}}' spandrel-spandrel-1)" = 0
  await 60 'Prometheus sees that it is down' seen_down
  "${compose[@]}" start spandrel 2>/dev/null
  await 60 'Spandrel is healthy again' is_healthy spandrel-spandrel-1
  check 'it has the samples that it had' is_equal \
    "$before" "$(samples "$spandrel" "$scraped" "$then")"
  mark
  await 60 'what was scraped meanwhile has arrived' same_at_both "$then"
  check 'no sample failed' is_none "$prometheus" prometheus_remote_storage_samples_failed_total
  check 'no sample was dropped' \
    is_none_yet "$prometheus" prometheus_remote_storage_samples_dropped_total
  "${compose[@]}" down --volumes --timeout 60 2>/dev/null
}

# --- The stack of deploy/cluster/docker-compose.yml ----------------------------------------------

address() {
  docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' \
    "spandrel-cluster-$1-1"
}
# What all nodes have, a series as often as there are nodes that have it with the same samples.
copies() { # time
  local node
  for node in spandrel-1 spandrel-2 spandrel-3; do
    samples "$(address $node):9201" '{__name__=~".+"}' "$1"
  done | sort | uniq -c
}
each_is_on_two() { # time
  copies "$1" | awk '$1 != 2 { wrong++ } END { exit NR == 0 || wrong }'
}
counts() { # time
  local node
  for node in spandrel-1 spandrel-2 spandrel-3; do
    value "$(address $node):9201" 'count({__name__=~".+"})' "$1"
  done | tr '\n' ' '
}
is_ready() { curl -fsS "$(address "$1"):9201/-/ready"; }
all_scraped() { [ "$(value "$prometheus" 'sum(up{job="spandrel"})')" = 3 ]; }
retries() { counter "$vmagent" vmagent_remotewrite_retries_count_total; }
# It is seen to be down, and something for it could not be sent.
is_missed() { # retries before
  [ "$(value "$prometheus" 'up{instance="spandrel-2:9201"}')" = 0 ] && [ "$(retries)" -gt "$1" ]
}

check_cluster() {
  local prometheus=127.0.0.1:9090 vmagent=127.0.0.1:8429 then before all began retries
  local every='{__name__=~".+"}' go='count({__name__=~"go_.+"})'
  compose=(docker compose --progress quiet --file deploy/cluster/docker-compose.yml)
  check 'deploy/cluster/docker-compose.yml starts' start
  await 60 'vmagent has scraped three nodes, Prometheus reads it' all_scraped
  mark
  await 60 'each series is on two nodes, with the same samples' each_is_on_two "$then"
  all=$(copies "$then" | sed 's/^ *2 //' | sort)
  echo "    $(wc -l <<<"$all") series; on the nodes: $(counts "$then")"
  before=$(samples "$prometheus" "$every" "$then")
  check 'Prometheus answers with each series once' is_equal "$all" "$before"
  check 'so it counts them' is_equal \
    "$(value "$prometheus" "$go" "$then")" "$(grep -c '"__name__":"go_' <<<"$all")"

  retries=$(retries)
  "${compose[@]}" kill --signal KILL spandrel-2 2>/dev/null
  began=$(date +%s%3N)
  check 'with a node killed Prometheus answers the same' \
    is_equal "$before" "$(samples "$prometheus" "$every" "$then")"
  echo "    in $(($(date +%s%3N) - began)) ms"
  await 60 'vmagent keeps what that node misses' is_missed "$retries"
  mark
  "${compose[@]}" start spandrel-2 2>/dev/null
  await 60 'the node is ready again' is_ready spandrel-2
  await 90 'it has caught up: each series is on two nodes again' each_is_on_two "$then"
  check 'Prometheus answers with each series once' is_equal \
    "$(copies "$then" | sed 's/^ *2 //' | sort)" "$(samples "$prometheus" "$every" "$then")"
  check 'vmagent dropped nothing' is_none "$vmagent" vmagent_remotewrite_packets_dropped_total
  "${compose[@]}" down --volumes --timeout 60 2>/dev/null
}

start_docker
docker load --quiet --input "$archive" >/dev/null
docker tag "$(docker images --quiet | head -n 1)" spandrel:local
docker run --rm --network none spandrel:local true
touch "$folder/started"
make_neighbour prom/prometheus prometheus /bin/prometheus nobody \
  'VOLUME ["/prometheus"]' 'WORKDIR /prometheus'
make_neighbour prom/node-exporter prometheus-node-exporter /bin/node_exporter nobody
make_neighbour victoriametrics/vmagent vmagent /vmagent-prod root
check_stack
check_cluster
# With this process its space ends, and Docker in it.
