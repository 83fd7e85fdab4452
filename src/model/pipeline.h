// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "model/glob.h"
#include "model/object_uri.h"
#include "model/quantity.h"
#include "model/validation.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sluice {

// The typed form of a pipeline file: falconeri's format, a subset of Pachyderm's. What each member
// means to users stands beside it in pipeline_fields.h, once for reader and schema.

enum class ImagePullPolicy : std::uint8_t { always, if_not_present, never };

struct SecretMount {
    std::string name;
    std::string mount_path;

    friend bool operator==(const SecretMount&, const SecretMount&) = default;
};

struct SecretVariable {
    std::string name;
    std::string key;
    std::string env_var;
    bool optional = false; // a missing secret is no error

    friend bool operator==(const SecretVariable&, const SecretVariable&) = default;
};

using Secret = std::variant<SecretMount, SecretVariable>;

struct Transform {
    std::vector<std::string> cmd;
    std::string image;
    std::optional<ImagePullPolicy> image_pull_policy;
    std::map<std::string, std::string> env;
    std::vector<Secret> secrets;
    std::optional<std::string> service_account;

    friend bool operator==(const Transform&, const Transform&) = default;
};

struct ResourceRequests {
    Quantity memory; // bytes
    Quantity cpu;    // thousandths of a processor

    friend bool operator==(const ResourceRequests&, const ResourceRequests&) = default;
};

struct Atom {
    ObjectUri uri; // a folder
    std::string repo;
    Glob glob;

    friend bool operator==(const Atom&, const Atom&) = default;
};

struct Input;

struct Cross {
    std::vector<Input> parts; // not empty
};

struct Union {
    std::vector<Input> parts; // not empty
};

struct Input {
    std::variant<Atom, Cross, Union> node;
};

bool operator==(const Input& a, const Input& b);

struct Pipeline {
    std::string name; // as given; job_name() accepts it
    Transform transform;
    std::int64_t workers = 1; // parallelism_spec.constant
    ResourceRequests resource_requests;
    std::int64_t datum_tries = 1;
    std::optional<std::chrono::seconds> job_timeout;
    std::optional<std::chrono::seconds> datum_timeout;
    std::chrono::seconds retry_backoff{0};
    std::map<std::string, std::string> node_selector;
    Input input;
    ObjectUri egress;
    std::string description;
    Json metadata = Json::object();
    std::int64_t priority = 0;

    Json spec; // the document as the user gave it

    friend bool operator==(const Pipeline&, const Pipeline&) = default;
};

// Reads and checks a whole pipeline file; every problem is told, with its path. A member that is
// null counts as absent where it is optional. Nothing outside the document is looked at.
Checked<Pipeline> read_pipeline(const Json& document);

// What REST shows as `pipeline_spec`: the document as the user gave it, so that reading it again
// makes the same Pipeline.
const Json& to_json(const Pipeline& pipeline);

// The atoms in the order of the document.
std::vector<const Atom*> atoms_of(const Input& input);

// The document with each plain path (atoms and egress) as a file URI, taken from `folder`, an
// absolute path: what is stored must not depend on where a later command is started.
// Expects a document that read_pipeline accepts.
Json with_resolved_paths(Json document, std::string_view folder);

inline constexpr std::size_t job_suffix_size = 10;
inline constexpr std::string_view job_suffix_alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";

// "Word_Freq" and "k3v…" make "word-freq-k3v…", a DNS label (RFC 1123) of at most 63 characters.
// `suffix` has job_suffix_size characters of job_suffix_alphabet. Errors (invalid): a name that is
// empty or too long, begins with '-' or '_', or holds other than letters, digits, '-' and '_'.
Result<std::string> job_name(std::string_view pipeline_name, std::string_view suffix);

} // namespace sluice
