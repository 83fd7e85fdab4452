// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <stdlib.h>
#include <string>
#include <string_view>

namespace sluice::testing {

// A directory that goes with its test.
class TempFolder {
public:
    TempFolder()
    {
        std::string name = std::filesystem::temp_directory_path() / "sluice-blob-XXXXXX";
        root_ = ::mkdtemp(name.data());
    }
    ~TempFolder() { std::filesystem::remove_all(root_); }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;

    const std::string& root() const { return root_; }
    std::string path(std::string_view name) const { return root_ + "/" + std::string(name); }

    // A new file, with the folders above it; its path.
    std::string put(std::string_view name, std::string_view content) const
    {
        const std::string full = path(name);
        std::filesystem::create_directories(std::filesystem::path(full).parent_path());
        std::ofstream(full) << content;
        return full;
    }

    bool has(std::string_view name) const { return std::filesystem::exists(path(name)); }

    std::string content(std::string_view name) const
    {
        std::ifstream stream(path(name));
        return {std::istreambuf_iterator<char>(stream), {}};
    }

private:
    std::string root_;
};

} // namespace sluice::testing
