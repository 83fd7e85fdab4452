# SPDX-License-Identifier: Apache-2.0
# etcd, the API server, the controllers and the scheduler. Sourced by up.sh.

start_etcd() {
    local clients=http://127.0.0.1:2379 peers=http://127.0.0.1:2380
    start etcd "$BIN/etcd" --data-dir "$STATE/etcd" --log-level warn --unsafe-no-fsync \
        --listen-client-urls $clients --advertise-client-urls $clients \
        --listen-peer-urls $peers --initial-advertise-peer-urls $peers \
        --initial-cluster "default=$peers"
}

start_api() {
    local pki=$STATE/pki
    start apiserver "$BIN/kube-apiserver" --etcd-servers=http://127.0.0.1:2379 \
        --bind-address=0.0.0.0 --secure-port=6443 "--advertise-address=$ADDRESS" \
        --service-cluster-ip-range=10.96.0.0/16 --allow-privileged=true \
        "--tls-cert-file=$pki/apiserver.crt" "--tls-private-key-file=$pki/apiserver.key" \
        "--client-ca-file=$pki/ca.crt" "--token-auth-file=$pki/tokens.csv" \
        --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
        --service-account-issuer=https://kubernetes.default.svc \
        "--service-account-key-file=$pki/accounts.pub" \
        "--service-account-signing-key-file=$pki/accounts.key" \
        "--kubelet-client-certificate=$pki/kubelet-client.crt" \
        "--kubelet-client-key=$pki/kubelet-client.key" \
        "--kubelet-certificate-authority=$pki/ca.crt" \
        --kubelet-preferred-address-types=InternalIP
    wait_for apiserver 90 "${inside[@]}" \
        curl -sf --cacert "$pki/ca.crt" https://127.0.0.1:6443/readyz
}

# start_controller NAME PROGRAM [ARGUMENT…]
start_controller() {
    local name=$1 program=$2 config=$STATE/$1.kubeconfig
    shift 2
    start "$name" "$BIN/$program" --leader-elect=false --bind-address=127.0.0.1 \
        "--kubeconfig=$config" "--authentication-kubeconfig=$config" \
        "--authorization-kubeconfig=$config" "$@"
}

start_control_plane() {
    start_etcd
    start_api
    say "the API answers"
    start_controller manager kube-controller-manager "--root-ca-file=$STATE/pki/ca.crt" \
        "--service-account-private-key-file=$STATE/pki/accounts.key"
    start_controller scheduler kube-scheduler
    # Without this account no pod is admitted.
    wait_for manager 60 "${kubectl[@]}" get serviceaccount default
    say "the controllers work"
}
