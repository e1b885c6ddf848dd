# shellcheck shell=bash disable=SC2154 # $scratch is set by tests/run
# A PostgreSQL and a Redis of our own: free loopback ports, a folder that goes away, no durability.
# Only what is started here is stopped here, by its process id.

declare -a started=()

stop_services() {
    local pid
    for pid in "${started[@]}"; do
        kill -INT "$pid" 2>/dev/null || true # PostgreSQL's "fast" shutdown; Redis takes it as a plain end
    done
    for pid in "${started[@]}"; do
        wait "$pid" 2>/dev/null || true
    done
    started=()
}

free_port() {
    node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}

# PostgreSQL refuses to run as root, so root becomes the account `postgres`, or `nobody` where there is none.
# `setpriv` replaces itself by the program: the process id stays that of the server.
unprivileged() {
    if [[ $EUID -eq 0 ]]; then
        local user=nobody
        id postgres >/dev/null 2>&1 && user=postgres
        exec setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups "$@"
    fi
    exec "$@"
}

# wait_for WHAT LOG COMMAND…: until the command succeeds, 30 seconds at most.
wait_for() {
    local what=$1 log=$2 tries
    shift 2
    for ((tries = 0; tries < 300; tries++)); do
        "$@" >/dev/null 2>&1 && return
        sleep 0.1
    done
    tail -n 20 "$log" >&2
    refuse "$what did not start"
}

start_postgres() {
    local programs port folder=$scratch/postgres
    programs=$(postgres_folder)
    port=$(free_port)
    mkdir -m 755 "$folder"
    [[ $EUID -ne 0 ]] || chown "$(id -u postgres 2>/dev/null || id -u nobody)" "$folder"
    (unprivileged "$programs/initdb" -D "$folder/data" -U idp --auth=trust --encoding=UTF8 --locale=C --no-sync) \
        >"$scratch/initdb.log" 2>&1 || {
        cat "$scratch/initdb.log" >&2
        refuse "PostgreSQL could not make its folder"
    }
    (unprivileged "$programs/postgres" -D "$folder/data" -k "$folder" -p "$port" -c listen_addresses=127.0.0.1 \
        -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=300) \
        >"$scratch/postgres.log" 2>&1 &
    started+=($!)
    wait_for PostgreSQL "$scratch/postgres.log" "$programs/pg_isready" -q -h 127.0.0.1 -p "$port" -U idp -d postgres
    export IDP_TEST_POSTGRES=postgres://idp@127.0.0.1:$port/postgres
}

start_redis() {
    local port
    port=$(free_port)
    redis-server --bind 127.0.0.1 --port "$port" --save '' --appendonly no --dir "$scratch" >"$scratch/redis.log" 2>&1 &
    started+=($!)
    wait_for Redis "$scratch/redis.log" redis_answers "$port"
    export IDP_TEST_REDIS=redis://127.0.0.1:$port/
}

redis_answers() {
    local answer
    exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
    printf 'PING\r\n' >&3
    read -r -t 1 answer <&3
    exec 3>&-
    [[ $answer == +PONG* ]]
}
