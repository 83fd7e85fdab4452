// SPDX-License-Identifier: Apache-2.0
#include "kube/deploy/installation.h"

namespace sluice::kube {

namespace {

Json labels_json(const Labels& labels)
{
    Json json = Json::object(); // also when there are none: all pods
    for (const auto& [key, value] : labels)
        json[key] = value;
    return json;
}

Json selector_json(const Labels& labels)
{
    Json json = Json::object();
    json["matchLabels"] = labels_json(labels);
    return json;
}

} // namespace

Json to_json(const DeploymentObject& deployment)
{
    Json json = object_of("apps/v1", "Deployment", deployment.meta);
    Json& spec = json["spec"];
    spec["replicas"] = deployment.replicas;
    if (deployment.recreate)
        spec["strategy"]["type"] = "Recreate";
    spec["selector"] = selector_json(deployment.selector);
    spec["template"] = to_json(deployment.pods);
    return json;
}

Json to_json(const ServiceObject& service)
{
    Json json = object_of("v1", "Service", service.meta);
    Json& spec = json["spec"];
    spec["selector"] = labels_json(service.selector);
    for (const ServicePort& port : service.ports) {
        Json item = Json::object();
        item["name"] = port.name;
        item["port"] = port.port;
        spec["ports"].push_back(std::move(item));
    }
    return json;
}

Json to_json(const ClaimObject& claim)
{
    Json json = object_of("v1", "PersistentVolumeClaim", claim.meta);
    Json& spec = json["spec"];
    spec["accessModes"].push_back("ReadWriteOnce");
    if (!claim.storage_class.empty())
        spec["storageClassName"] = claim.storage_class;
    spec["resources"]["requests"]["storage"] = claim.storage;
    return json;
}

Json to_json(const AccountObject& account)
{
    return object_of("v1", "ServiceAccount", account.meta);
}

Json to_json(const RoleObject& role)
{
    Json json = object_of("rbac.authorization.k8s.io/v1", "Role", role.meta);
    json["rules"] = role.rules;
    return json;
}

Json to_json(const RoleBindingObject& binding)
{
    Json json = object_of("rbac.authorization.k8s.io/v1", "RoleBinding", binding.meta);
    Json& role = json["roleRef"];
    role["apiGroup"] = "rbac.authorization.k8s.io";
    role["kind"] = "Role";
    role["name"] = binding.role;
    Json subject = Json::object();
    subject["kind"] = "ServiceAccount";
    subject["name"] = binding.account;
    subject["namespace"] = binding.meta.name_space;
    json["subjects"].push_back(std::move(subject));
    return json;
}

Json to_json(const NetworkPolicyObject& policy)
{
    Json json = object_of("networking.k8s.io/v1", "NetworkPolicy", policy.meta);
    Json peer = Json::object();
    peer["podSelector"] = Json::object();
    if (!policy.from.empty())
        peer["podSelector"] = selector_json(policy.from);
    Json rule = Json::object();
    rule["from"].push_back(std::move(peer));
    for (const int port : policy.ports) {
        Json item = Json::object();
        item["protocol"] = "TCP";
        item["port"] = port;
        rule["ports"].push_back(std::move(item));
    }
    Json& spec = json["spec"];
    spec["podSelector"] = selector_json(policy.pods);
    spec["policyTypes"].push_back("Ingress");
    spec["ingress"].push_back(std::move(rule));
    return json;
}

Json to_json(const DisruptionBudgetObject& budget)
{
    Json json = object_of("policy/v1", "PodDisruptionBudget", budget.meta);
    Json& spec = json["spec"];
    spec["maxUnavailable"] = 1;
    spec["selector"] = selector_json(budget.selector);
    return json;
}

} // namespace sluice::kube
