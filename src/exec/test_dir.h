// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <stdlib.h>

namespace sluice::testing {

// A directory for one test, gone afterwards.
class TestDir {
public:
    TestDir()
    {
        std::string name = std::filesystem::temp_directory_path() / "sluice-test-XXXXXX";
        path_ = ::mkdtemp(name.data());
    }
    ~TestDir()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TestDir(const TestDir&) = delete;
    TestDir& operator=(const TestDir&) = delete;

    const std::string& path() const { return path_; }
    std::string operator/(std::string_view name) const { return fmt::format("{}/{}", path_, name); }

    std::string put(std::string_view name, std::string_view content) const
    {
        const std::string file = *this / name;
        std::filesystem::create_directories(std::filesystem::path(file).parent_path());
        std::ofstream(file, std::ios::binary) << content;
        return file;
    }

private:
    std::string path_;
};

inline std::string read_file(const std::string& path)
{
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

} // namespace sluice::testing
