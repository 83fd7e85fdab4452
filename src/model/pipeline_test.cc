// SPDX-License-Identifier: Apache-2.0
#include "model/pipeline.h"

#include "base/random.h"
#include "base/text.h"
#include "base/yaml.h"
#include "model/spec_edit.h"

#include <gtest/gtest.h>

namespace sluice::pipeline_test {
namespace {

// falconeri's own example of its format.
constexpr std::string_view full = R"({
  "pipeline": {"name": "book_words"},
  "transform": {
    "cmd": ["python3", "/extract_words.py"],
    "image": "somerepo/my_python_nlp",
    "env": {"VARNAME": "value"},
    "secrets": [
      {"name": "ssl", "mount_path": "/ssl"},
      {"name": "s3", "key": "AWS_ACCESS_KEY_ID", "env_var": "AWS_ACCESS_KEY_ID"}
    ],
    "service_account": "example-service"
  },
  "parallelism_spec": {"constant": 10},
  "resource_requests": {"memory": "500Mi", "cpu": 1.2},
  "job_timeout": "5m",
  "node_selector": {"node_type": "falconeri_worker"},
  "input": {"atom": {"URI": "gs://example-bucket/books/", "repo": "books", "glob": "/*"}},
  "egress": {"URI": "gs://example-bucket/words/"}
})";

constexpr std::string_view small = R"({
  "pipeline": {"name": "words"},
  "transform": {"cmd": ["true"], "image": "debian"},
  "parallelism_spec": {"constant": 1},
  "resource_requests": {"memory": 1000, "cpu": "100m"},
  "input": {"atom": {"URI": "books", "repo": "books", "glob": "/"}},
  "egress": {"URI": "out/"}
})";

Json document(std::string_view text)
{
    return parse_json(text).value();
}

using Lines = std::vector<std::string>;

Lines problems_of(const Json& json)
{
    Lines lines;
    if (const Checked<Pipeline> read = read_pipeline(json); !read)
        for (const Problem& problem : read.error())
            lines.push_back(format_problem(problem));
    return lines;
}

// The problems of the small pipeline after `assignment`.
Lines problems_after(std::string_view assignment)
{
    Json json = document(small);
    const Result<void> set = set_field(json, assignment);
    EXPECT_TRUE(set) << assignment << ": " << set.error().detail;
    return problems_of(json);
}

TEST(Pipeline, a_file_of_falconeri_is_read)
{
    const Checked<Pipeline> read = read_pipeline(document(full));
    ASSERT_TRUE(read) << to_error(read.error()).detail;
    EXPECT_EQ(read->name, "book_words");
    EXPECT_EQ(read->transform.cmd, Lines({"python3", "/extract_words.py"}));
    EXPECT_EQ(read->transform.image, "somerepo/my_python_nlp");
    EXPECT_EQ(read->transform.env.at("VARNAME"), "value");
    ASSERT_EQ(read->transform.secrets.size(), 2u);
    EXPECT_EQ(std::get<SecretMount>(read->transform.secrets[0]), (SecretMount{"ssl", "/ssl"}));
    EXPECT_EQ(
        std::get<SecretVariable>(read->transform.secrets[1]),
        (SecretVariable{"s3", "AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID", false})
    );
    EXPECT_EQ(read->transform.service_account, "example-service");
    EXPECT_EQ(read->workers, 10);
    EXPECT_EQ(read->resource_requests.memory, (Quantity{"500Mi", 500 << 20}));
    EXPECT_EQ(read->resource_requests.cpu, (Quantity{"1.2", 1200}));
    EXPECT_EQ(read->job_timeout, std::chrono::minutes(5));
    EXPECT_FALSE(read->datum_timeout);
    EXPECT_EQ(read->datum_tries, 1);
    EXPECT_EQ(read->node_selector.at("node_type"), "falconeri_worker");
    const Atom& atom = std::get<Atom>(read->input.node);
    EXPECT_EQ(atom.uri, (ObjectUri{UriScheme::gs, "example-bucket", "books/"}));
    EXPECT_EQ(atom.repo, "books");
    EXPECT_EQ(atom.glob.text(), "/*");
    EXPECT_EQ(read->egress, (ObjectUri{UriScheme::gs, "example-bucket", "words/"}));
}

TEST(Pipeline, nested_inputs_and_the_alias_pfs_are_read)
{
    Json json = document(full);
    json["input"] = document(R"({"cross": [
        {"pfs": {"URI": "gs://b/categories/", "repo": "categories", "glob": "/"}},
        {"union": [
            {"atom": {"URI": "gs://b/books/", "repo": "books", "glob": "/*"}},
            {"atom": {"URI": "gs://b/more/", "repo": "more", "glob": "/*"}}]}]})");
    const Checked<Pipeline> read = read_pipeline(json);
    ASSERT_TRUE(read) << to_error(read.error()).detail;
    Lines repos;
    for (const Atom* atom : atoms_of(read->input))
        repos.push_back(atom->repo);
    EXPECT_EQ(repos, Lines({"categories", "books", "more"}));
    EXPECT_EQ(std::get<Cross>(read->input.node).parts.size(), 2u);
}

TEST(Pipeline, yaml_reads_like_json)
{
    const Result<Json> yaml = parse_yaml("pipeline: {name: words}\n"
                                         "transform:\n  cmd: ['true']\n  image: debian\n"
                                         "parallelism_spec: {constant: 1}\n"
                                         "resource_requests: {memory: 1000, cpu: 100m}\n"
                                         "input:\n  atom: {URI: books, repo: books, glob: /}\n"
                                         "egress: {URI: out/}\n");
    ASSERT_TRUE(yaml) << yaml.error().detail;
    EXPECT_EQ(read_pipeline(*yaml).value(), read_pipeline(document(small)).value());
}

TEST(Pipeline, what_the_user_gave_is_kept)
{
    for (const std::string_view text : {full, small}) {
        const Pipeline read = read_pipeline(document(text)).value();
        EXPECT_EQ(to_json(read), document(text));
        EXPECT_EQ(read_pipeline(to_json(read)).value(), read);
    }
}

TEST(Pipeline, every_problem_of_a_file_is_told_at_once)
{
    EXPECT_EQ(
        problems_of(document(R"({
          "pipelin": {"name": "words"},
          "transform": {"cmd": [], "imag": "x", "env": {"A=B": "1", "C": 1},
                        "secrets": [{"name": "a"}, {"name": "b", "key": "k"}, 1]},
          "parallelism_spec": {"constant": 0},
          "resource_requests": {"memory": "1Gb", "cpu": 0},
          "job_timeout": "5 parsecs", "datum_tries": "3",
          "input": {"cross": [{"atom": {"URI": "s3://", "repo": "out", "glob": "/[a"}},
                              {"atmo": {}}]},
          "egress": {"URI": "ftp://x"}})")),
        Lines({
            "pipeline: is required",
            "transform.cmd: must not be empty",
            "transform.image: is required",
            "transform.env[\"A=B\"]: an environment variable needs a name without '=' and NUL",
            "transform.env.C: must be text, not the number 1",
            "transform.secrets[0]: needs either 'mount_path', or 'key' and 'env_var': a secret "
            "becomes files or a variable",
            "transform.secrets[1].env_var: is required",
            "transform.secrets[2]: must be an object, not the number 1",
            "transform.imag: unknown key (did you mean 'image'?)",
            "parallelism_spec.constant: must be a whole number from 1 to 100000, not the number 0",
            "resource_requests.memory: '1Gb' is not a quantity: unknown suffix 'Gb' (accepted: "
            "numbers like 2, 1.5, 2e3, with a suffix like 100m, 512Mi, 2G)",
            "resource_requests.cpu: must be more than zero, not 0",
            "datum_tries: must be a whole number from 1 to 1000, not the text '3'",
            "job_timeout: '5 parsecs' is not a duration: unknown unit 'parsecs' (accepted: 90s, "
            "5m, 2h, 2d, 1h30m)",
            "input.cross[0].atom.URI: 's3://' is not a place for files: the bucket is missing "
            "(accepted: file:///folder, s3://bucket/prefix, gs://bucket/prefix, a plain path)",
            "input.cross[0].atom.repo: 'out' cannot be a folder of /pfs: the name is reserved",
            "input.cross[0].atom.glob: bad glob '/[a': '[' without ']' at byte 2",
            "input.cross[1].atmo: unknown key (did you mean 'atom'?)",
            "egress.URI: 'ftp://x' is not a place for files: unknown scheme 'ftp' (accepted: "
            "file:///folder, s3://bucket/prefix, gs://bucket/prefix, a plain path)",
            "pipelin: unknown key (did you mean 'pipeline'?)",
        })
    );
}

TEST(Pipeline, single_mistakes_are_named)
{
    const std::pair<std::string_view, std::string_view> table[] = {
        {"pipeline.name=a b", "pipeline.name: 'a b' cannot name a job"},
        {"pipeline.name=", "pipeline.name: '' cannot name a job"},
        {"pipeline.name=-a", "pipeline.name: '-a' cannot name a job"},
        {"pipeline.nam=x", "pipeline.nam: unknown key (did you mean 'name'?)"},
        {"transform.cmd=\"sh\"", "transform.cmd: must be a list, not the text 'sh'"},
        {"transform.cmd[0]=1", ""},
        {"transform.cmd=[1]", "transform.cmd[0]: must be text, not the number 1"},
        {"transform.image_pull_policy=always",
         "transform.image_pull_policy: must be one of Always, IfNotPresent, Never, not the text "
         "'always'"},
        {"transform.image_pull_policy=Always", ""},
        {"transform.env[\"\"]=x", "transform.env[\"\"]: an environment variable needs a name"},
        {"transform.secrets=[{\"name\":\"a\",\"mount_path\":\"/pfs/x\"}]",
         "transform.secrets[0].mount_path: '/pfs/x' cannot hold a secret"},
        {"transform.secrets=[{\"name\":\"a\",\"mount_path\":\"/sluice\"}]",
         "transform.secrets[0].mount_path: '/sluice' cannot hold a secret"},
        {"transform.secrets=[{\"name\":\"a\",\"mount_path\":\"//sluice/x\"}]",
         "outside of /pfs, /scratch and /sluice"},
        {"transform.secrets=[{\"name\":\"a\",\"mount_path\":\"/sluices\"}]", ""},
        {"transform.secrets=[{\"name\":\"a\",\"mount_path\":\"a\"}]", "cannot hold a secret"},
        {"transform.secrets=[{\"name\":\"a\",\"mount_path\":\"/\"}]", "cannot hold a secret"},
        {"transform.secrets=[{\"name\":\"a\",\"mount_path\":\"/a/../pfs\"}]", "cannot hold"},
        {"transform.secrets=[{\"name\":\"a\",\"mount_path\":\"/a\",\"key\":\"k\"}]",
         "needs either 'mount_path', or 'key' and 'env_var'"},
        {"transform.secrets=[{\"name\":\"a\",\"key\":\"k\",\"env_var\":\"V\",\"optional\":true}]",
         ""},
        {"parallelism_spec.constant=1.5", "must be a whole number from 1 to 100000"},
        {"resource_requests.memory=-1", "it is below zero"},
        {"resource_requests.memory=[]", "must be a number or a quantity like '100m' or '512Mi'"},
        {"datum_tries=0", "datum_tries: must be a whole number from 1 to 1000"},
        {"job_timeout=0", "job_timeout: a duration must be more than zero seconds"},
        {"job_timeout=true",
         "job_timeout: must be a duration like '90s', '5m' or '1h30m', not true"},
        {"job_timeout=90", ""},
        {"datum_timeout=1h30m", ""},
        {"retry_backoff=-5", "more than zero"},
        {"priority=1001", "priority: must be a whole number from -1000 to 1000"},
        {"metadata=[]", "metadata: must be an object, not a list"},
        {"metadata.team=x", ""},
        {"node_selector.x=1", ""},
        {"description=12", ""},
        {"input=null", "input: must be an object, not null"},
        {"input={}", "input: needs exactly one of 'atom', 'pfs', 'cross' and 'union', not none"},
        {"input.cross=[]", "input.cross: must not be empty"},
        {"input.pfs={\"URI\":\"x\",\"repo\":\"x\",\"glob\":\"/\"}",
         "input: needs exactly one of 'atom', 'pfs', 'cross' and 'union', not several"},
        {"input.atom.repo=../x", "input.atom.repo: '../x' cannot be a folder of /pfs"},
        {"input.atom.repo=..", "the name is reserved"},
        {"input.atom.repo=", "input.atom.repo: '' cannot be"},
        {"input.atom.URI=", "it is empty"},
        {"input.atom.glob=", "it is empty"},
        {"egress.URI=null", "egress.URI: must be text, not null"},
        {"egress.uri=x", "egress.uri: unknown key (did you mean 'URI'?)"}};
    for (const auto& [assignment, message] : table) {
        const std::string said = join(problems_after(assignment), "; ");
        if (message.empty())
            EXPECT_EQ(said, "") << assignment;
        else
            EXPECT_NE(said.find(message), std::string::npos) << assignment << ": " << said;
    }
}

TEST(Pipeline, plain_paths_are_resolved_against_the_folder_of_the_file)
{
    Json json = document(small);
    json["input"] = document(R"({"union": [
        {"pfs": {"URI": "../a b", "repo": "a", "glob": "/"}},
        {"cross": [{"atom": {"URI": "s3://b/x", "repo": "b", "glob": "/"}}]}]})");
    const Json resolved = with_resolved_paths(json, "/home/me");
    EXPECT_EQ(resolved["input"]["union"][0]["pfs"]["URI"], "file:///home/me/../a%20b");
    EXPECT_EQ(resolved["input"]["union"][1]["cross"][0]["atom"]["URI"], "s3://b/x");
    EXPECT_EQ(resolved["egress"]["URI"], "file:///home/me/out/");
    EXPECT_TRUE(read_pipeline(resolved));
}

TEST(JobName, is_a_dns_label)
{
    EXPECT_EQ(job_name("Book_Words", "abcdefghi0").value(), "book-words-abcdefghi0");
    EXPECT_EQ(job_name("1", "abcdefghi0").value(), "1-abcdefghi0");
    EXPECT_EQ(job_name(std::string(52, 'a'), "abcdefghi0").value().size(), 63u);
    const Result<std::string> long_name = job_name(std::string(53, 'a'), "abcdefghi0");
    ASSERT_FALSE(long_name);
    EXPECT_NE(long_name.error().detail.find("53 characters, accepted are 52"), std::string::npos);
    for (const std::string_view name : {"", "-a", "_a", "a.b", "a b", "a/b", "é"})
        EXPECT_FALSE(job_name(name, "abcdefghi0")) << name;
    SeededRandom random(1);
    const std::string suffix = random_text(random, job_suffix_alphabet, job_suffix_size);
    EXPECT_TRUE(job_name("x", suffix).value().ends_with(suffix));
}

TEST(SetField, values_are_json_or_text_as_the_field_wants)
{
    const auto set = [](std::string_view assignment) {
        Json json = document(small);
        const Result<void> done = set_field(json, assignment);
        if (!done)
            return done.error().detail;
        const Json before = document(small);
        return dump_json(Json::diff(before, json));
    };
    const std::pair<std::string_view, std::string_view> table[] = {
        {"datum_tries=3", R"([{"op":"add","path":"/datum_tries","value":3}])"},
        {"parallelism_spec.constant=4",
         R"([{"op":"replace","path":"/parallelism_spec/constant","value":4}])"},
        {"transform.cmd[0]=12", R"([{"op":"replace","path":"/transform/cmd/0","value":"12"}])"},
        {"transform.cmd[1]=a=b", R"([{"op":"add","path":"/transform/cmd/-","value":"a=b"}])"},
        {"transform.env.N=5", R"([{"op":"add","path":"/transform/env","value":{"N":"5"}}])"},
        {"transform.env[\"a.b\"]=x",
         R"([{"op":"add","path":"/transform/env","value":{"a.b":"x"}}])"},
        {"resource_requests.memory=2Gi",
         R"([{"op":"replace","path":"/resource_requests/memory","value":"2Gi"}])"},
        {"resource_requests.cpu=2",
         R"([{"op":"replace","path":"/resource_requests/cpu","value":2}])"},
        {"description=\"quoted\"", R"([{"op":"add","path":"/description","value":"quoted"}])"},
        {"description=true", R"([{"op":"add","path":"/description","value":"true"}])"},
        {"metadata.n=1", R"([{"op":"add","path":"/metadata","value":{"n":1}}])"},
        {"input.atom.repo=7", R"([{"op":"replace","path":"/input/atom/repo","value":"7"}])"},
        {"job_timeout=2h", R"([{"op":"add","path":"/job_timeout","value":"2h"}])"}};
    for (const auto& [assignment, diff] : table)
        EXPECT_EQ(set(assignment), diff) << assignment;
}

TEST(SetField, bad_paths_are_refused_and_change_nothing)
{
    for (const std::string_view assignment :
         {"", "datum_tries", "=3", ".a=1", "a..b=1", "a.=1", "a[=1", "a[x]=1", "a[-1]=1", "a[1=1",
          "a[\"x]=1", "a[0]b=1", "transform.cmd[2]=x", "pipeline.name.x=1", "transform.cmd.x=1",
          "pipeline[0]=1", "transform.secrets[0].name=x"}) {
        Json json = document(small);
        EXPECT_FALSE(set_field(json, assignment)) << assignment;
        EXPECT_EQ(json, document(small)) << assignment;
    }
}

} // namespace
} // namespace sluice::pipeline_test
