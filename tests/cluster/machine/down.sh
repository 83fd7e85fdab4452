#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Takes the machine down, however far it has come up: no process, mount, network or cgroup stays.
set -uo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/env.sh"

# The directories of our containerd's containers, which have the ids of their processes.
tasks=$STATE/containerd/run/io.containerd.runtime.v2.task/k8s.io

end_containers() {
    local bundle socket
    timeout 30 "${kubectl[@]}" delete jobs,deployments,pods --all -A --grace-period=0 --force \
        --wait=false >/dev/null 2>&1
    stop kubelet
    for bundle in "$tasks"/*; do
        [[ -s $bundle/init.pid ]] && kill -KILL "$(<"$bundle/init.pid")" 2>/dev/null
    done
    sleep 1 # for the shims to see it
    for bundle in "$tasks"/*; do
        timeout 10 "${ctr[@]}" tasks rm -f "${bundle##*/}" >/dev/null 2>&1
        timeout 10 "${ctr[@]}" containers rm "${bundle##*/}" >/dev/null 2>&1
    done
    stop containerd
    for bundle in "$tasks"/*; do
        [[ -s $bundle/shim.pid ]] && kill -KILL "$(<"$bundle/shim.pid")" 2>/dev/null
        [[ -s $bundle/address ]] && socket=$(<"$bundle/address") && rm -f "${socket#unix://}"
        rm -f /var/lib/cni/results/*-"${bundle##*/}"-*
    done
}

remove_mounts() {
    local place
    awk -v below="$STATE/" 'index($2, below) == 1 { print $2 }' /proc/mounts | sort -r |
        while read -r place; do
            umount -l "$place"
        done
}

# Each pod has a network namespace of its own, which the description of its containers names.
note_pod_networks() {
    cat "$tasks"/*/config.json 2>/dev/null | grep -o 'netns/cni-[-0-9a-f]*' | sort -u |
        sed 's|netns/||' >"$STATE/pod-networks"
}

remove_pod_networks() {
    local name
    while read -r name; do
        ip netns del "$name" 2>/dev/null
    done <"$STATE/pod-networks"
}

# What the kubelet and the network plugins leave behind outside of our folder.
remove_traces() {
    local group
    for group in /sys/fs/cgroup/{,*/}kubepods; do
        [[ -d $group ]] && find "$group" -depth -type d -exec rmdir {} + 2>/dev/null
    done
    [[ -s $STATE/kernel-settings ]] && rm -f /var/lib/kubelet/device-plugins/kubelet.sock
    find /var/log/containers -lname "$STATE/*" -delete 2>/dev/null
    rmdir /var/log/containers /var/lib/kubelet/device-plugins /var/lib/kubelet \
        /var/lib/cni/results /var/lib/cni 2>/dev/null # what somebody else uses is not empty
}

if [[ -s $STATE/run/containerd.pid ]]; then
    note_pod_networks
    end_containers
fi
for name in kubelet dns scheduler manager; do
    stop "$name"
done
stop apiserver KILL # it would wait for its watches
stop etcd
remove_mounts
[[ -s $STATE/pod-networks ]] && remove_pod_networks
[[ -s $STATE/kernel-settings ]] && sysctl -qp "$STATE/kernel-settings"
remove_traces
[[ -e /run/netns/$NETWORK ]] && ip netns del "$NETWORK"
rm -rf "$STATE"
