#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Brings a Kubernetes of one node up, from what build.sh has built and Debian's containerd and runc.
# It is this machine's root who does that; nothing listens outside of the network that it makes.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
for part in env network certificates control_plane node; do
    . "$here/$part.sh"
done

if compgen -G "$STATE/run/*.pid" >/dev/null; then
    echo "the machine is up, or has not been taken down: $here/down.sh does that" >&2
    exit 1
fi
began_ms=$(date +%s%3N)
mkdir -p "$STATE"/{log,run,pki,cni,images}
make_network
make_certificates
say "network and certificates are made"
start_control_plane
start_node
