# SPDX-License-Identifier: Apache-2.0
# The node: containerd with the images that every test needs, names of Services, and the kubelet.
# Sourced by up.sh.

start_containerd() {
    cat >"$STATE/containerd.toml" <<END
version = 2
root = "$STATE/containerd/root"
state = "$STATE/containerd/run"
[grpc]
  address = "$SOCKET"
[plugins."io.containerd.internal.v1.opt"]
  path = "$STATE/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  stream_server_address = "127.0.0.1"
  # Where root lacks CAP_SYS_RESOURCE, runc may not make a process less likely to be killed.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$STATE/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
END
    start containerd containerd --config "$STATE/containerd.toml"
    wait_for containerd 30 "${ctr[@]}" version
}

import_images() {
    local image
    python3 "$here/../images.py" "$STATE/images" pause busybox
    for image in pause busybox; do
        "${ctr[@]}" images import "$STATE/images/$image.tar" >/dev/null
    done
}

configure_kubelet() {
    : >"$STATE/resolv.conf" # pods know no names but those of the cluster
    cat >"$STATE/kubelet.yaml" <<END
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $ADDRESS
authentication:
  anonymous: {enabled: false}
  webhook: {enabled: false}
  x509: {clientCAFile: $STATE/pki/ca.crt}
authorization: {mode: AlwaysAllow}
tlsCertFile: $STATE/pki/kubelet.crt
tlsPrivateKeyFile: $STATE/pki/kubelet.key
cgroupDriver: cgroupfs
failSwapOn: false
failCgroupV1: false
oomScoreAdj: 0
containerRuntimeEndpoint: unix://$SOCKET
resolvConf: $STATE/resolv.conf
clusterDNS: [$ADDRESS]
clusterDomain: cluster.local
podLogsDir: $STATE/pod-logs
healthzBindAddress: 127.0.0.1
syncFrequency: 10s
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
evictionHard:
  memory.available: 100Mi
  nodefs.available: 0%
  nodefs.inodesFree: 0%
  imagefs.available: 0%
  imagefs.inodesFree: 0%
END
}

# What the kubelet changes on the whole host.
kernel_settings=(vm.overcommit_memory kernel.panic kernel.panic_on_oops)

is_node_ready() {
    [[ $("${kubectl[@]}" get node "$NODE" \
        -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}') == True ]]
}

start_node() {
    configure_pod_network
    start_containerd
    import_images
    say "images are there"
    start dns python3 "$here/cluster_dns.py" "$ADDRESS" "$STATE"
    configure_kubelet
    sysctl "${kernel_settings[@]}" >"$STATE/kernel-settings"
    start kubelet "$BIN/kubelet" "--config=$STATE/kubelet.yaml" "--root-dir=$STATE/kubelet" \
        "--kubeconfig=$STATE/kubelet.kubeconfig" "--hostname-override=$NODE" \
        "--node-ip=$ADDRESS"
    wait_for kubelet 90 is_node_ready
    say "the node is ready"
}
