#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# build.sh NAME…: builds programs of the test machine into the cache folder, those that are not
# there yet in the version wanted: kubernetes, minio, fake-gcs-server, helm, mc.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/env.sh"

go_min=24 # as what is built needs it; no other version of Go is loaded for it
declare -A module=(
    [minio]=github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c
    [fake-gcs-server]=github.com/fsouza/fake-gcs-server@v1.52.3
    [helm]=helm.sh/helm/v3/cmd/helm@v3.18.6
    [mc]=github.com/minio/mc@v0.0.0-20250313080218-cf909e1063a9
)
kubernetes=34.4 # the 1.34.4 of kubernetes/go.mod
parts=(etcd kube-apiserver kube-controller-manager kube-scheduler kubelet kubectl)

export CGO_ENABLED=0 GOTOOLCHAIN=local GOBIN=$BIN GOCACHE=$CACHE/gocache

need_go() {
    local found
    found=$(go env GOVERSION 2>/dev/null) || found=none
    [[ $found =~ ^go1\.([0-9]+) ]] && ((BASH_REMATCH[1] >= go_min)) && return
    echo "the cluster tier builds Kubernetes and its servers from source and needs Go 1.$go_min or" \
        "newer in PATH, found: $found (Debian 12 has 1.19; https://go.dev/dl has newer ones)" >&2
    exit 1
}

build_kubernetes() {
    local version=k8s.io/component-base/version part
    # What it says of itself: clients judge the server by it.
    (cd "$here/kubernetes" && go build -trimpath -o "$BIN/kubernetes" -ldflags "-s -w
        -X $version.gitVersion=v1.$kubernetes -X $version.gitMajor=1
        -X $version.gitMinor=${kubernetes%.*} -X $version.gitTreeState=clean" .)
    for part in "${parts[@]}"; do
        ln -sf kubernetes "$BIN/$part"
    done
}

wanted_version() {
    if [[ $1 == kubernetes ]]; then
        cat "$here/kubernetes/"{main.go,go.mod} | sha256sum
    else
        echo "${module[$1]}"
    fi
}

mkdir -p "$BIN"
built=0
for name in "$@"; do
    version=$(wanted_version "$name")
    [[ -x $BIN/$name && $(cat "$BIN/$name.version" 2>/dev/null) == "$version" ]] && continue
    need_go
    echo "building $name (once, minutes)"
    begin=$SECONDS
    if [[ $name == kubernetes ]]; then
        build_kubernetes
    else
        go install -trimpath -ldflags "-s -w" "${module[$name]}"
    fi
    echo "$version" >"$BIN/$name.version"
    echo "built $name in $((SECONDS - begin)) s"
    built=1
done
# Gigabytes that nothing needs again.
((built)) && rm -rf "$GOCACHE"
exit 0
