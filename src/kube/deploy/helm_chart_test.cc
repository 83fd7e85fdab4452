// SPDX-License-Identifier: Apache-2.0
#include "kube/deploy/helm_chart.h"

#include "base/text.h"
#include "base/yaml.h"
#include "kube/deploy/manifests.h"
#include "net/digest.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace sluice::kube::helm_chart_test {
namespace {

namespace fs = std::filesystem;

// As much of Helm as the chart's templates need with its defaults.
class Helm {
public:
    explicit Helm(const Json& values) : values_(values) {}

    std::string render(const std::string& text)
    {
        std::string out;
        std::vector<bool> shown = {true};
        for (const std::string& line : split(text, '\n')) {
            const std::string_view words = trim(line);
            if (words.starts_with("{{- if "))
                shown.push_back(shown.back() && holds(words.substr(7, words.size() - 10)));
            else if (words == "{{- end }}")
                shown.pop_back();
            else if (shown.back())
                out += filled(line) + '\n';
        }
        return out;
    }

private:
    Json value_of(std::string_view path) const
    {
        Json value = values_;
        for (const std::string& name : split(path.substr(std::string_view(".Values.").size()), '.'))
            value = Json(value.at(name));
        return value;
    }

    bool holds(std::string_view condition) const
    {
        if (condition.starts_with("not "))
            return !holds(condition.substr(4));
        if (condition == "gt (int .Values.server.replicas) 1")
            return value_of(".Values.server.replicas").get<int>() > 1;
        const Json value = value_of(condition);
        return value.is_boolean() ? value.get<bool>() : !value.empty() && value != "";
    }

    std::string written(std::string_view expression) const
    {
        if (expression == ".Release.Namespace")
            return "default";
        const std::size_t pipe = expression.find(" | ");
        const Json value = value_of(expression.substr(0, pipe));
        const std::string_view end =
            pipe == std::string_view::npos ? "" : expression.substr(pipe + 3);
        const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
        if (end == "sha256sum | quote")
            return Json(encode_hex(sha256(text))).dump();
        return end == "quote" ? Json(text).dump() : end == "toJson" ? value.dump() : text;
    }

    std::string filled(std::string line) const
    {
        for (std::size_t at = line.find("{{ "); at != std::string::npos; at = line.find("{{ ")) {
            const std::size_t end = line.find(" }}", at);
            line.replace(at, end + 3 - at, written(line.substr(at + 3, end - at - 3)));
        }
        return line;
    }

    Json values_;
};

std::vector<std::string> objects_of(const std::string& text)
{
    std::vector<std::string> objects;
    std::string document;
    for (const std::string& line : split(text + "\n---", '\n')) {
        if (line != "---") {
            document += line + '\n';
        } else if (!trim(document).empty()) {
            Json object = parse_yaml(document).value();
            object["metadata"].erase("annotations"); // Helm's own
            objects.push_back(nlohmann::json::parse(object.dump()).dump(2));
            document.clear();
        }
    }
    std::sort(objects.begin(), objects.end());
    return objects;
}

} // namespace

TEST(HelmChart, with_its_defaults_is_what_deploy_applies)
{
    const std::map<std::string, std::string> files = helm_chart("1.2.3");
    Helm helm(parse_yaml(files.at("values.yaml")).value());
    std::string rendered;
    for (const auto& [path, text] : files)
        if (path.starts_with("templates/") && path != "templates/secrets.yaml")
            rendered += helm.render(text) + "\n---\n";
    DeployOptions options = default_options(Purpose::production);
    options.image = "sluice:1.2.3";

    EXPECT_EQ(objects_of(rendered), objects_of(to_yaml_documents(manifests(options, nullptr))));
}

TEST(HelmChart, keeps_the_secrets_that_the_server_asks_for)
{
    const std::string secrets = helm_chart("1.2.3").at("templates/secrets.yaml");
    for (const char* key :
         {api_key_key, database_url_key, postgres_password_key, access_key_key, secret_key_key})
        EXPECT_NE(secrets.find("  " + std::string(key) + ": {{ "), std::string::npos) << key;
}

TEST(HelmChart, leaves_no_mark_behind)
{
    for (const auto& [path, text] : helm_chart("1.2.3"))
        for (const char* mark : {"@=", "@?"})
            EXPECT_EQ(text.find(mark), std::string::npos) << path;
}

TEST(HelmChart, of_the_tree_is_what_the_program_writes)
{
    const fs::path folder = fs::path(SLUICE_SOURCE_DIR) / "deploy/helm/sluice";
    const std::map<std::string, std::string> files = helm_chart(SLUICE_VERSION);
    for (const auto& [path, text] : files) {
        std::ifstream file(folder / path);
        EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), text)
            << path << ": 'sluice deploy --chart deploy/helm/sluice' writes it";
    }
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file()) {
            EXPECT_EQ(files.count(entry.path().lexically_relative(folder)), 1u) << entry.path();
        }
}

} // namespace sluice::kube::helm_chart_test
