# Sourced by bootstrap, server and test: a PostgreSQL cluster and a Redis of the project's own
# under $var, and how processes are started and stopped. Everything started here ends with the
# script that started it.

say() { printf '%s\n' "$*"; }
fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export PATH="$root/.venv/bin:$PATH"

# ── who runs it ──────────────────────────────────────────────────────────────────────────────
# PostgreSQL refuses to run as root. Where the caller is root it runs as whom the data belongs to.
find_service_user() {
  service_user=$(id -un)
  [[ $EUID == 0 ]] || return 0
  service_user=govgrid
  if [[ -d $var/pg ]]; then
    service_user=$(stat -Lc %U "$var/pg")
    [[ $service_user != root ]] || service_user=govgrid
  fi
  id "$service_user" >/dev/null 2>&1 || useradd --system --no-create-home \
    --home-dir /nonexistent --shell /usr/sbin/nologin "$service_user"
  as_service=(setpriv --reuid "$service_user" --regid "$(id -g "$service_user")" --init-groups
    env HOME="$var")
}
as_service=() # the words before a command that leave root behind
as_caller=()

# Sets $folder to var/NAME, writable by the service user. A checkout may lie where that user
# cannot look (/root/…): var/NAME is then a link to a folder of its own under /var/lib/govgrid.
service_folder() {
  mkdir -p "$var/$1"
  folder=$(readlink -f "$var/$1")
  if [[ $EUID != 0 ]]; then
    [[ -w $folder ]] || fail "$folder belongs to $(stat -c %U "$folder"): start as that user or with sudo."
    return 0
  fi
  find "$folder" ! -user "$service_user" -exec chown -h "$service_user:" {} +
  "${as_service[@]}" test -w "$folder" && return 0
  rmdir "$folder" 2>/dev/null || fail "The user $service_user cannot reach $folder: move the checkout."
  mkdir -p /var/lib/govgrid
  folder=$(mktemp -d /var/lib/govgrid/XXXXXXXX)
  chown "$service_user:" "$folder"
  ln -s "$folder" "$var/$1"
}

# ── what is remembered: var/env, read by settings.py too ─────────────────────────────────────
open_var() {
  mkdir -p "$var/log" "$var/run" 2>/dev/null && [[ -w $var ]] || fail "Cannot write to $var: start as its owner or with sudo."
  local free
  free=$(df -Pk "$var" | awk 'NR == 2 { print int($4 / 1024) }')
  ((free >= 500)) || fail "Only $free MB are free where $var lies: make room for at least 500 MB and start again."
  find "$var/log" -name '*.log' -size +20M -exec mv {} {}.1 \;
  find_service_user
  [[ -e $var/env ]] || (umask 077 && : >"$var/env")
  # The web process reads it too, and may be another user.
  [[ $EUID != 0 ]] || chown "$service_user:" "$var/env"
}

recall() { sed -n "s|^$1=||p" "$var/env"; }

remember() {
  sed -i "\|^$1=|d" "$var/env"
  printf '%s=%s\n' "$1" "$2" >>"$var/env"
  [[ $EUID != 0 ]] || chown "$service_user:" "$var/env"
}

# NAME COMMAND…: what is exported wins, then what is remembered; else the command makes it, once.
ensure() {
  local name=$1 value
  shift
  if [[ -z ${!name:-} ]]; then
    value=$(recall "$name")
    [[ -n $value ]] || { value=$("$@") && remember "$name" "$value"; }
    export "$name=$value"
  fi
}

random_hex() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
random_privacy_key() { printf 'k1:%s' "$(head -c 32 /dev/urandom | base64)"; }

# ── ports ────────────────────────────────────────────────────────────────────────────────────
# Says nothing where HOST:PORT is free, else why not.
port_trouble() {
  python - "$1" "$2" <<'PYTHON'
import socket, sys

host, port = sys.argv[1], int(sys.argv[2])
with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind((host, port))
    except (OSError, OverflowError) as error:
        print(getattr(error, "strerror", None) or error)
PYTHON
}

# Keeps the remembered port while it is free. Below 32768 no outgoing connection takes it.
choose_port() {
  port=$(recall "$1")
  until [[ -n $port && -z $(port_trouble 127.0.0.1 "$port") ]]; do
    port=$((20000 + RANDOM % 10000))
  done
  remember "$1" "$port"
}

# ── processes ────────────────────────────────────────────────────────────────────────────────
declare -A pid_of

# NAME SIGNAL as_service|as_caller COMMAND…: in a session of its own, so that Ctrl-C reaches only
# the script; the kernel sends SIGNAL when the script dies, even by SIGKILL (a change of user
# would forget that, so it comes first).
launch() {
  local name=$1 signal=$2
  local -n identity=$3
  shift 3
  setsid "${identity[@]}" setpriv --pdeathsig "$signal" "$@" \
    </dev/null >>"$var/log/$name.log" 2>&1 9>&- &
  pid_of[$name]=$!
}

alive() { kill -0 "${pid_of[$1]}" 2>/dev/null; }

last_words() { tail -n 5 "$var/log/$1.log" 2>/dev/null | sed 's/^/  /'; }

# SIGNAL NAME…: asks them all, waits, and ends by force what does not listen.
end() {
  local signal=$1 name tries=0
  shift
  for name in "$@"; do [[ -z ${pid_of[$name]:-} ]] || kill -s "$signal" "${pid_of[$name]}" 2>/dev/null || true; done
  for name in "$@"; do
    [[ -n ${pid_of[$name]:-} ]] || continue
    while alive "$name" && ((tries++ < 150)); do sleep 0.1; done
    kill -s KILL -- "-${pid_of[$name]}" 2>/dev/null || true
    unset "pid_of[$name]"
  done
}

# NAME COMMAND…: until the command succeeds.
await() {
  local name=$1 tries=0
  shift
  until "$@" >/dev/null 2>&1; do
    alive "$name" && ((tries++ < 6000)) || fail "$name did not start:"$'\n'"$(last_words "$name")"
    sleep 0.1
  done
}

# ── PostgreSQL ───────────────────────────────────────────────────────────────────────────────
newest_postgres() {
  local version
  for version in $(ls /usr/lib/postgresql 2>/dev/null | sort -n); do
    [[ $version -ge 15 && -x /usr/lib/postgresql/$version/bin/initdb ]] || continue
    [[ ! -e /usr/share/postgresql/$version/extension/postgis.control ]] || echo "$version"
  done | tail -n 1
}

# Made beside its place and moved there whole: what was interrupted is made again.
make_cluster() {
  local bin new=$folder/new
  bin=/usr/lib/postgresql/$(newest_postgres)/bin
  rm -rf "$new"
  (umask 077 && printf '%s\n' "$PRIVATE_PASSWORD" >"$folder/password")
  [[ $EUID != 0 ]] || chown "$service_user:" "$folder/password"
  "${as_service[@]}" env -C "$folder" "$bin/initdb" -D "$new" -U govgrid -E UTF8 --locale=C.UTF-8 -A scram-sha-256 \
    --pwfile="$folder/password" "$@" >"$var/log/initdb.log" 2>&1 || fail "initdb failed:"$'\n'"$(last_words initdb)"
  rm "$folder/password"
  "${as_service[@]}" env -C "$folder" "$bin/postgres" --single -D "$new" postgres \
    >>"$var/log/initdb.log" 2>&1 <<<'CREATE DATABASE govgrid'
  mv "$new" "$folder/data"
}

# Memory grows with the machine; the rest was measured (short queries never earn the JIT).
start_postgres() {
  local bin memory
  service_folder pg
  ensure PRIVATE_PASSWORD random_hex
  [[ -s $folder/data/PG_VERSION ]] || make_cluster
  bin=/usr/lib/postgresql/$(<"$folder/data/PG_VERSION")/bin
  [[ -x $bin/postgres ]] || fail "The data in $folder need PostgreSQL $(<"$folder/data/PG_VERSION"): install postgresql-$(<"$folder/data/PG_VERSION")-postgis-3."
  memory=$(awk '/MemTotal/ { print int($2 / 1024) }' /proc/meminfo)
  choose_port PRIVATE_POSTGRES_PORT
  launch postgres INT as_service env -C "$folder" "$bin/postgres" -D "$folder/data" -p "$port" \
    -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c ssl=off \
    -c shared_buffers="$(between 128 $((memory / 8)) 8192)MB" \
    -c work_mem="$(between 4 $((memory / 500)) 32)MB" \
    -c maintenance_work_mem="$(between 64 $((memory / 32)) 512)MB" \
    -c max_wal_size=8GB -c wal_compression="$(wal_compression)" \
    -c random_page_cost=1.1 -c jit=off "$@"
  await postgres "$bin/pg_isready" -q -h 127.0.0.1 -p "$port"
  export DATABASE_URL="postgis://govgrid:$PRIVATE_PASSWORD@127.0.0.1:$port/govgrid"
  remember DATABASE_URL "$DATABASE_URL"
}

# Whole pages go into the log after each checkpoint; lz4 where this build has it.
wal_compression() {
  "${as_service[@]}" env -C "$folder" "$bin/postgres" -D "$folder/data" -c wal_compression=lz4 -C wal_compression 2>/dev/null || echo on
}

between() { echo $(($2 < $1 ? $1 : $2 > $3 ? $3 : $2)); }

# ── Redis: one only wakes and drops nothing; the other keeps for a while what fits ───────────
start_redis() {
  one_redis redis PRIVATE_REDIS_PORT
  export REDIS_URL="redis://:$PRIVATE_PASSWORD@127.0.0.1:$port/0"
  remember REDIS_URL "$REDIS_URL"
}

start_cache() {
  one_redis cache PRIVATE_CACHE_PORT "maxmemory 128mb" "maxmemory-policy allkeys-lru"
  export CACHE_URL="redis://:$PRIVATE_PASSWORD@127.0.0.1:$port/0"
  remember CACHE_URL "$CACHE_URL"
}

# one_redis NAME PORT_VARIABLE LINE...: in a folder of its own, nothing of it on the disk
one_redis() {
  local name=$1 port_variable=$2
  shift 2
  service_folder "$name"
  ensure PRIVATE_PASSWORD random_hex
  choose_port "$port_variable"
  (umask 077 && printf '%s\n' "bind 127.0.0.1" "port $port" "requirepass $PRIVATE_PASSWORD" \
    "save \"\"" "appendonly no" "$@" >"$folder/redis.conf")
  [[ $EUID != 0 ]] || chown "$service_user:" "$folder/redis.conf"
  launch "$name" TERM as_service env -C "$folder" redis-server "$folder/redis.conf" --dir "$folder"
  await "$name" redis-cli -h 127.0.0.1 -p "$port" ping
}
