# SPDX-License-Identifier: Apache-2.0
# What the scripts of the machine share; sourced.

CACHE=${SLUICE_CLUSTER_CACHE:-$HOME/.cache/sluice-cluster}
BIN=$CACHE/bin
STATE=$CACHE/state # of the machine that is up; down.sh removes it
NETWORK=sluice-test
NODE=node-1
ADDRESS=10.88.0.1     # of the node, and of whatever the tests start beside it
API_IN_PODS=10.96.0.1 # the service "kubernetes"
SOCKET=$STATE/containerd.sock

# Not `ip netns exec`: that mounts a new /sys, without the cgroups.
inside=(nsenter "--net=/run/netns/$NETWORK")
kubectl=("${inside[@]}" "$BIN/kubectl" "--kubeconfig=$STATE/admin.kubeconfig")
ctr=(ctr -a "$SOCKET" -n k8s.io)

# start NAME COMMAND…: in the network of the machine, until stop NAME.
start() {
    local name=$1
    shift
    setsid nohup "${inside[@]}" "$@" >"$STATE/log/$name.log" 2>&1 </dev/null &
    echo $! >"$STATE/run/$name.pid"
}

# A process that has ended but has not been collected counts as gone.
is_alive() {
    local state
    state=$(sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null) || return 1
    [[ $state != [ZX] ]]
}

# stop NAME [SIGNAL]: after five seconds of patience by force.
stop() {
    local file=$STATE/run/$1.pid pid i
    [[ -s $file ]] || return 0
    pid=$(<"$file")
    kill "-${2:-TERM}" "$pid" 2>/dev/null || true
    for ((i = 0; i < 100; ++i)); do
        is_alive "$pid" || break
        sleep 0.05
    done
    kill -KILL "$pid" 2>/dev/null || true
    rm -f "$file"
}

# wait_for NAME SECONDS COMMAND…: until it succeeds; else the end of the log of NAME, and failure.
wait_for() {
    local name=$1 end=$((SECONDS + $2))
    shift 2
    until "$@" >/dev/null 2>&1; do
        if ((SECONDS > end)); then
            echo "$name is not ready; the end of its log:" >&2
            tail -n 20 "$STATE/log/$name.log" >&2
            return 1
        fi
        sleep 0.1
    done
}

say() {
    printf '%6d ms  %s\n' $(($(date +%s%3N) - began_ms)) "$*"
}
