// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "kube/meta.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

// Objects that we write: only the fields that we use. to_json() leaves out what is empty.
namespace sluice::kube {

struct EnvVar {
    std::string name = {};
    std::string value = {};
    std::string field_path = {};  // of the pod, as "spec.nodeName"; instead of the value
    std::string secret_name = {}; // with its key; instead of the value
    std::string secret_key = {};
    bool optional = false; // the pod starts without the secret, too
};

struct VolumeMount {
    std::string name = {}; // of the volume
    std::string mount_path = {};
    std::string sub_path = {};
    bool read_only = false;
};

// Quantities as Kubernetes writes them, by resource: "memory" to "64Mi".
struct Resources {
    std::map<std::string, std::string> requests = {};
    std::map<std::string, std::string> limits = {};
};

struct ContainerSecurity {
    std::optional<bool> allow_privilege_escalation = {};
    std::optional<bool> read_only_root = {};
    std::optional<bool> run_as_non_root = {};
    std::optional<std::int64_t> run_as_user = {};
    bool drop_all_capabilities = false;
};

// GET of a path, where below 400 is good; or a command in the container, where exit code 0 is.
struct Probe {
    std::string path = {};
    int port = 0;
    int period_seconds = 10;
    int failure_threshold = 3;
    std::vector<std::string> command = {}; // instead of the path
};

struct Container {
    std::string name = {};
    std::string image = {};
    std::string image_pull_policy = {};
    std::vector<std::string> command = {};
    std::vector<std::string> args = {};
    std::vector<EnvVar> env = {};
    Resources resources = {};
    std::vector<VolumeMount> mounts = {};
    ContainerSecurity security = {};
    std::vector<int> ports = {};
    std::optional<Probe> readiness = {};
    std::optional<Probe> liveness = {};
    std::optional<Probe> startup = {};      // the others begin after it
    std::vector<std::string> pre_stop = {}; // a command that runs before SIGTERM
};

struct Volume {
    enum class Kind : std::uint8_t { empty_dir, secret, claim };

    std::string name = {};
    Kind kind = Kind::empty_dir;
    std::string source = {}; // name of the secret or claim
    std::string medium = {}; // of an empty_dir: "" or "Memory"
    std::string size_limit = {};
};

struct Toleration {
    std::string key = {};
    std::string op = {}; // "Equal" or "Exists"
    std::string value = {};
    std::string effect = {};
};

struct PodSpec {
    std::vector<Container> init_containers = {};
    std::vector<Container> containers = {};
    std::vector<Volume> volumes = {};
    std::string restart_policy = {};
    std::string service_account = {};
    std::optional<bool> automount_token = {};
    std::optional<bool> service_links = {};
    std::optional<int> termination_grace_seconds = {};
    std::map<std::string, std::string> node_selector = {};
    std::vector<Toleration> tolerations = {};
    std::string seccomp = {}; // type of the profile: "RuntimeDefault"
    std::optional<bool> run_as_non_root = {};
    std::optional<std::int64_t> run_as_user = {};
    std::optional<std::int64_t> fs_group = {};
};

struct PodTemplate {
    Labels labels = {};
    Labels annotations = {};
    PodSpec spec = {};
};

struct JobObject {
    ObjectMeta meta = {};
    std::int64_t parallelism = 1;
    std::int64_t backoff_limit = 0;
    std::optional<std::int64_t> ttl_seconds_after_finished = {};
    std::optional<std::int64_t> active_deadline_seconds = {};
    PodTemplate pods = {};
};

struct SecretObject {
    ObjectMeta meta = {};
    std::map<std::string, std::string> data = {}; // bytes; base64 in JSON
};

// What every object begins with.
Json object_of(const char* api_version, const char* kind, const ObjectMeta& meta);

Json to_json(const ObjectMeta& meta);
Json to_json(const PodTemplate& pods);
Json to_json(const JobObject& job);
Json to_json(const SecretObject& secret);

} // namespace sluice::kube
