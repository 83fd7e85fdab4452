# SPDX-License-Identifier: Apache-2.0
# The network of the machine, apart from that of its host: a bridge to which pods are attached and
# whose address is the node's. Sourced by up.sh.

make_network() {
    [[ -e /run/netns/$NETWORK ]] || ip netns add "$NETWORK"
    ip -n "$NETWORK" link set lo up
    ip -n "$NETWORK" link add cni0 type bridge
    ip -n "$NETWORK" addr add "$ADDRESS/16" dev cni0
    ip -n "$NETWORK" link set cni0 up
    ip -n "$NETWORK" route replace 10.96.0.0/16 dev cni0
    "${inside[@]}" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
    # The API's Service has an address that only kube-proxy would make known.
    local chain
    for chain in PREROUTING OUTPUT; do
        "${inside[@]}" iptables -t nat -A "$chain" -d "$API_IN_PODS" -p tcp --dport 443 \
            -j DNAT --to "$ADDRESS:6443"
    done
}

configure_pod_network() {
    cat >"$STATE/cni/10-bridge.conflist" <<END
{"cniVersion": "0.4.0", "name": "$NETWORK", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "isDefaultGateway": true,
   "ipMasq": false, "hairpinMode": true,
   "ipam": {"type": "host-local", "dataDir": "$STATE/cni-ipam",
            "ranges": [[{"subnet": "10.88.0.0/16", "rangeStart": "10.88.1.1",
                         "gateway": "$ADDRESS"}]]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
END
}
