# SPDX-License-Identifier: Apache-2.0
# Certificates, tokens and the kubeconfigs that hold them. Sourced by up.sh.

# sign NAME SUBJECT USAGE [ALTERNATIVE-NAMES]
sign() {
    local name=$STATE/pki/$1
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$name.key" \
        -out "$name.csr" -subj "$2" 2>/dev/null
    openssl x509 -req -in "$name.csr" -CA "$STATE/pki/ca.crt" -CAkey "$STATE/pki/ca.key" \
        -CAcreateserial -days 30 -out "$name.crt" 2>/dev/null \
        -extfile <(echo "extendedKeyUsage=$3${4:+$'\n'subjectAltName=$4}")
}

# kubeconfig NAME TOKEN
kubeconfig() {
    cat >"$STATE/$1.kubeconfig" <<END
apiVersion: v1
kind: Config
clusters:
- name: test
  cluster: {server: "https://127.0.0.1:6443", certificate-authority: $STATE/pki/ca.crt}
users:
- name: $1
  user: {token: $2}
contexts:
- name: $1
  context: {cluster: test, user: $1}
current-context: $1
END
}

make_certificates() {
    local service=DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
        -keyout "$STATE/pki/ca.key" -out "$STATE/pki/ca.crt" -subj /CN=sluice-test 2>/dev/null
    sign apiserver /CN=kube-apiserver serverAuth \
        "IP:127.0.0.1,IP:$ADDRESS,IP:$API_IN_PODS,DNS:localhost,$service"
    sign kubelet "/CN=$NODE" serverAuth "IP:$ADDRESS,DNS:$NODE"
    sign kubelet-client /O=system:masters/CN=kube-apiserver-kubelet-client clientAuth
    sign servers /CN=servers serverAuth "IP:127.0.0.1,IP:$ADDRESS" # of buckets, over https
    openssl ecparam -name prime256v1 -genkey -noout -out "$STATE/pki/accounts.key"
    openssl ec -in "$STATE/pki/accounts.key" -pubout -out "$STATE/pki/accounts.pub" 2>/dev/null
    cat >"$STATE/pki/tokens.csv" <<END
admin-token,admin,admin,"system:masters"
manager-token,system:kube-controller-manager,manager,"system:masters"
scheduler-token,system:kube-scheduler,scheduler
node-token,system:node:$NODE,node,"system:nodes"
END
    kubeconfig admin admin-token
    kubeconfig manager manager-token
    kubeconfig scheduler scheduler-token
    kubeconfig kubelet node-token
}
