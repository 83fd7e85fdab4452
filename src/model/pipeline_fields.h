// SPDX-License-Identifier: Apache-2.0
#pragma once

// The members of a pipeline file, each described once: the ObjectReader of read_pipeline and the
// SchemaWriter of pipeline_schema visit the same functions. Only those two include this header.

#include "model/kinds.h"
#include "model/pipeline.h"

namespace sluice {

inline constexpr EnumNames<ImagePullPolicy, 3> image_pull_policy_names{
    {{ImagePullPolicy::always, "Always"},
     {ImagePullPolicy::if_not_present, "IfNotPresent"},
     {ImagePullPolicy::never, "Never"}}};

inline constexpr std::int64_t workers_max = 100'000;
inline constexpr std::int64_t datum_tries_max = 1'000;
inline constexpr std::int64_t priority_max = 1'000; // and not below its negative

// What ParsedKind reads; errors say what is accepted.
Result<std::string> parse_pipeline_name(std::string_view text);
Result<std::string> parse_repo(std::string_view text);
Result<std::string> parse_mount_path(std::string_view text);
Result<std::string> parse_variable_name(std::string_view text);
std::optional<std::string> check_variable_name(std::string_view text);

inline constexpr std::string_view variable_pattern = "^[^=]+$";

struct SecretKind {
    void read(const Value& value, Secret& out) const;
    Json schema() const;
};

struct InputKind {
    void read(const Value& value, Input& out) const;
    Json schema() const { return Json{{"$ref", "#/$defs/input"}}; } // inputs nest
    Json definition() const;
};

// An input as it is written: exactly one of the members.
struct InputForm {
    std::optional<Atom> atom, pfs;
    std::optional<std::vector<Input>> cross, union_;
};

// Parts of the file that are one member of Pipeline each.
struct PipelineSection {
    std::string& name;
};
struct EgressSection {
    ObjectUri& uri;
};
struct ParallelismSection {
    std::int64_t& constant;
};

// A section with fixed keys that fills a member of Pipeline directly.
template <class Section, class T>
struct SectionKind {
    void read(const Value& value, T& out) const
    {
        ObjectReader reader(value);
        Section section{out};
        describe(reader, section);
        reader.finish();
    }

    Json schema() const
    {
        SchemaWriter writer;
        T none{};
        Section section{none};
        describe(writer, section);
        return writer.finish();
    }
};

template <class Visitor>
void describe(Visitor& visitor, PipelineSection& section)
{
    visitor.required(
        "name", section.name,
        ParsedKind<std::string>{parse_pipeline_name, "^[A-Za-z0-9][A-Za-z0-9_-]{0,51}$"},
        {.title = "Name",
         .description = "What the pipeline is called. Jobs are named after it: in lower case, '_' "
                        "turned into '-', with '-' and ten random letters or digits at the end.",
         .examples = R"(["word-frequencies"])"}
    );
}

template <class Visitor>
void describe(Visitor& visitor, SecretMount& secret)
{
    visitor.required(
        "name", secret.name, TextKind{1},
        {.title = "Secret", .description = "Which secret.", .examples = R"(["ssl"])"}
    );
    visitor.required(
        "mount_path", secret.mount_path, ParsedKind<std::string>{parse_mount_path, "^/"},
        {.title = "Folder",
         .description = "Where its keys appear as files: an absolute path outside of /pfs, "
                        "/scratch and /sluice.",
         .examples = R"(["/ssl"])"}
    );
}

template <class Visitor>
void describe(Visitor& visitor, SecretVariable& secret)
{
    visitor.required(
        "name", secret.name, TextKind{1},
        {.title = "Secret", .description = "Which secret.", .examples = R"(["s3"])"}
    );
    visitor.required(
        "key", secret.key, TextKind{1},
        {.title = "Key", .description = "Which of its keys.", .examples = R"(["password"])"}
    );
    visitor.required(
        "env_var", secret.env_var, ParsedKind<std::string>{parse_variable_name, variable_pattern},
        {.title = "Variable",
         .description = "The environment variable that holds its value.",
         .examples = R"(["DB_PASSWORD"])"}
    );
    visitor.optional(
        "optional", secret.optional, FlagKind{},
        {.title = "Optional",
         .description = "Run without the variable when the secret does not exist.",
         .examples = "[true]",
         .fallback = "false"}
    );
}

template <class Visitor>
void describe(Visitor& visitor, Transform& transform)
{
    visitor.required(
        "cmd", transform.cmd, ListKind{TextKind{}, 1},
        {.title = "Command",
         .description = "The program and its arguments; no shell interprets them.",
         .examples = R"([["sh", "-c", "wc -w /pfs/books/* > /pfs/out/words"]])"}
    );
    visitor.required(
        "image", transform.image, TextKind{1},
        {.title = "Image",
         .description = "The container image that holds the program; local processes run without.",
         .examples = R"(["debian:12", "example/word-frequencies:1"])"}
    );
    visitor.optional(
        "image_pull_policy", transform.image_pull_policy, EnumKind{image_pull_policy_names},
        {.title = "Image pull policy",
         .description = "When the image is fetched; without it, as the executor does by itself.",
         .examples = R"(["IfNotPresent"])"}
    );
    visitor.optional(
        "env", transform.env, TextMapKind{variable_pattern, check_variable_name},
        {.title = "Environment",
         .description = "Environment variables of the command.",
         .examples = R"([{"LANG": "C.UTF-8"}])",
         .fallback = "{}"}
    );
    visitor.optional(
        "secrets", transform.secrets, ListKind{SecretKind{}},
        {.title = "Secrets",
         .description = "Secrets that the command sees, as files or as environment variables.",
         .examples = R"([[{"name": "ssl", "mount_path": "/ssl"}]])",
         .fallback = "[]"}
    );
    visitor.optional(
        "service_account", transform.service_account, TextKind{1},
        {.title = "Service account",
         .description = "The Kubernetes service account of the workers.",
         .examples = R"(["bucket-reader"])"}
    );
}

template <class Visitor>
void describe(Visitor& visitor, ParallelismSection& section)
{
    visitor.required(
        "constant", section.constant, IntegerKind{1, workers_max},
        {.title = "Workers",
         .description = "How many workers to use; never more than there are datums.",
         .examples = "[10]"}
    );
}

template <class Visitor>
void describe(Visitor& visitor, ResourceRequests& requests)
{
    visitor.required(
        "memory", requests.memory, QuantityKind{QuantityUnit::whole},
        {.title = "Memory",
         .description = "Memory of each worker, requested and not to be exceeded.",
         .examples = R"(["512Mi", 1000000000])"}
    );
    visitor.required(
        "cpu", requests.cpu, QuantityKind{QuantityUnit::milli},
        {.title = "Processors",
         .description = "Processors requested for each worker; it may use more when they are idle.",
         .examples = R"([1.2, "100m"])"}
    );
}

template <class Visitor>
void describe(Visitor& visitor, Atom& atom)
{
    visitor.required(
        "URI", atom.uri, ParsedKind<ObjectUri>{parse_uri},
        {.title = "Folder",
         .description = "Where the files are: file:///folder, s3://bucket/prefix, "
                        "gs://bucket/prefix, or a path relative to this file.",
         .examples = R"(["gs://example-bucket/books/", "file:///data/books", "books"])"}
    );
    visitor.required(
        "repo", atom.repo, ParsedKind<std::string>{parse_repo, "^[A-Za-z0-9._-]+$"},
        {.title = "Repository",
         .description = "The command sees the files below /pfs/<repo>. Not 'out', '.' or '..'.",
         .examples = R"(["books"])"}
    );
    visitor.required(
        "glob", atom.glob, ParsedKind<Glob>{Glob::parse},
        {.title = "Pattern",
         .description =
             "How files become datums: '/' is one datum with everything, '/*' one datum "
             "for each entry of the folder, any other pattern with * ? [..] {a,b} ** one "
             "datum for each match. A folder that matches comes with all below it.",
         .examples = R"(["/", "/*", "/**/*.csv"])"}
    );
}

template <class Visitor>
void describe(Visitor& visitor, InputForm& form)
{
    visitor.optional(
        "atom", form.atom, ObjectKind<Atom>{},
        {.title = "Files of one folder",
         .description = "A folder, and the pattern that cuts it into datums.",
         .examples = R"([{"URI": "gs://example-bucket/books/", "repo": "books", "glob": "/*"}])"}
    );
    visitor.optional(
        "pfs", form.pfs, ObjectKind<Atom>{},
        {.title = "Files of one folder",
         .description = "The same as 'atom'.",
         .examples = R"([{"URI": "gs://example-bucket/books/", "repo": "books", "glob": "/*"}])"}
    );
    visitor.optional(
        "cross", form.cross, ListKind{InputKind{}, 1},
        {.title = "Every combination",
         .description = "One datum for every combination of the datums of these inputs; the first "
                        "input changes slowest.",
         .examples = R"([[{"atom": {"URI": "books", "repo": "books", "glob": "/*"}},
                          {"atom": {"URI": "rules", "repo": "rules", "glob": "/"}}]])"}
    );
    visitor.optional(
        "union", form.union_, ListKind{InputKind{}, 1},
        {.title = "One after the other",
         .description = "The datums of these inputs, one input after the other.",
         .examples = R"([[{"atom": {"URI": "books", "repo": "books", "glob": "/*"}},
                          {"atom": {"URI": "more", "repo": "books", "glob": "/*"}}]])"}
    );
}

template <class Visitor>
void describe(Visitor& visitor, EgressSection& section)
{
    visitor.required(
        "URI", section.uri, ParsedKind<ObjectUri>{parse_uri},
        {.title = "Folder",
         .description = "Where everything below /pfs/out goes: a URI as for inputs.",
         .examples = R"(["gs://example-bucket/words/", "file:///data/words"])"}
    );
}

template <class Visitor>
void describe_words(Visitor& visitor, Pipeline& pipeline)
{
    visitor.required(
        "pipeline", pipeline.name, SectionKind<PipelineSection, std::string>{},
        {.title = "Pipeline",
         .description = "What the pipeline is called.",
         .examples = R"([{"name": "word-frequencies"}])"}
    );
    visitor.optional(
        "description", pipeline.description, TextKind{},
        {.title = "Description",
         .description = "What the pipeline is for, in words.",
         .examples = R"(["counts the words of each book"])",
         .fallback = R"("")"}
    );
    visitor.optional(
        "metadata", pipeline.metadata, AnyObjectKind{},
        {.title = "Metadata",
         .description = "Anything else that should be kept with the job.",
         .examples = R"([{"team": "search"}])",
         .fallback = "{}"}
    );
}

template <class Visitor>
void describe_work(Visitor& visitor, Pipeline& pipeline)
{
    visitor.required(
        "transform", pipeline.transform, ObjectKind<Transform>{},
        {.title = "Command",
         .description = "What runs once for each datum.",
         .examples = R"([{"cmd": ["/count.sh"], "image": "example/count"}])"}
    );
    visitor.required(
        "parallelism_spec", pipeline.workers, SectionKind<ParallelismSection, std::int64_t>{},
        {.title = "Parallelism",
         .description = "How many datums run at the same time.",
         .examples = R"([{"constant": 10}])"}
    );
    visitor.required(
        "resource_requests", pipeline.resource_requests, ObjectKind<ResourceRequests>{},
        {.title = "Resources",
         .description = "What each worker needs.",
         .examples = R"([{"memory": "512Mi", "cpu": 1.2}])"}
    );
}

template <class Visitor>
void describe_limits(Visitor& visitor, Pipeline& pipeline)
{
    visitor.optional(
        "datum_tries", pipeline.datum_tries, IntegerKind{1, datum_tries_max},
        {.title = "Tries",
         .description = "How often a datum is tried in all before it counts as failed.",
         .examples = "[3]",
         .fallback = "1"}
    );
    visitor.optional(
        "retry_backoff", pipeline.retry_backoff, DurationKind{},
        {.title = "Wait before a retry",
         .description = "How long a datum waits after a failed try; without it, not at all.",
         .examples = R"(["30s"])"}
    );
    visitor.optional(
        "job_timeout", pipeline.job_timeout, DurationKind{},
        {.title = "Time for the job",
         .description = "A job that takes longer ends as failed: 90s, 5m, 2h, 2d, 1h30m, or a "
                        "number of seconds. Without it there is no limit.",
         .examples = R"(["2h", 5400])"}
    );
    visitor.optional(
        "datum_timeout", pipeline.datum_timeout, DurationKind{},
        {.title = "Time for a try",
         .description = "A try of a datum that takes longer ends as failed. Without it there is no "
                        "limit.",
         .examples = R"(["5m"])"}
    );
    visitor.optional(
        "priority", pipeline.priority, IntegerKind{-priority_max, priority_max},
        {.title = "Priority",
         .description = "Datums of jobs with a higher priority run first.",
         .examples = "[10]",
         .fallback = "0"}
    );
}

template <class Visitor>
void describe(Visitor& visitor, Pipeline& pipeline)
{
    describe_words(visitor, pipeline);
    describe_work(visitor, pipeline);
    describe_limits(visitor, pipeline);
    visitor.optional(
        "node_selector", pipeline.node_selector, TextMapKind{},
        {.title = "Node selector",
         .description = "Labels of the Kubernetes nodes that workers may run on.",
         .examples = R"([{"node_type": "falconeri_worker"}])",
         .fallback = "{}"}
    );
    visitor.required(
        "input", pipeline.input, InputKind{},
        {.title = "Input",
         .description = "The files that go in, and how they are cut into datums.",
         .examples = R"([{"atom": {"URI": "books", "repo": "books", "glob": "/*"}}])"}
    );
    visitor.required(
        "egress", pipeline.egress, SectionKind<EgressSection, ObjectUri>{},
        {.title = "Egress",
         .description = "Where the results go.",
         .examples = R"([{"URI": "gs://example-bucket/words/"}])"}
    );
}

} // namespace sluice
