// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/workload.h"

#include <string>
#include <vector>

// Objects of an installation: only the fields that we use, as in kube/workload.h.
namespace sluice::kube {

struct DeploymentObject {
    ObjectMeta meta = {};
    int replicas = 1;
    bool recreate = false; // the old pod ends before the new one starts
    Labels selector = {};
    PodTemplate pods = {};
};

struct ServicePort {
    std::string name = {};
    int port = 0;
};

struct ServiceObject {
    ObjectMeta meta = {};
    Labels selector = {};
    std::vector<ServicePort> ports = {};
};

// A PersistentVolumeClaim of one pod.
struct ClaimObject {
    ObjectMeta meta = {};
    std::string storage_class = {}; // empty: the cluster's default
    std::string storage = {};
};

struct AccountObject {
    ObjectMeta meta = {};
};

struct RoleObject {
    ObjectMeta meta = {};
    Json rules = Json::array();
};

// Gives a role to a service account, of the same namespace.
struct RoleBindingObject {
    ObjectMeta meta = {};
    std::string role = {};
    std::string account = {};
};

// Who may reach pods: those of the namespace with the labels `from` (empty: all of them), at the
// ports.
struct NetworkPolicyObject {
    ObjectMeta meta = {};
    Labels pods = {};
    Labels from = {};
    std::vector<int> ports = {};
};

// One pod at a time may go because of the cluster's own work.
struct DisruptionBudgetObject {
    ObjectMeta meta = {};
    Labels selector = {};
};

Json to_json(const DeploymentObject& deployment);
Json to_json(const ServiceObject& service);
Json to_json(const ClaimObject& claim);
Json to_json(const AccountObject& account);
Json to_json(const RoleObject& role);
Json to_json(const RoleBindingObject& binding);
Json to_json(const NetworkPolicyObject& policy);
Json to_json(const DisruptionBudgetObject& budget);

} // namespace sluice::kube
