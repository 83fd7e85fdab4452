// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string_view>

namespace sluice::bench {

// A temporary folder that goes with it.
class BenchFolder {
public:
    BenchFolder()
    {
        std::string name = (std::filesystem::temp_directory_path() / "sluice-bench-XXXXXX");
        if (::mkdtemp(name.data()) == nullptr)
            throw std::runtime_error("no temporary folder can be made");
        path_ = name;
    }
    ~BenchFolder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    BenchFolder(const BenchFolder&) = delete;
    BenchFolder& operator=(const BenchFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }

    // A folder below it with so many small files.
    void make_files(std::string_view name, std::int64_t count) const
    {
        std::filesystem::create_directory(path_ / name);
        for (std::int64_t i = 0; i < count; ++i)
            std::ofstream(path_ / name / fmt::format("file-{:06}.txt", i)) << i;
    }

private:
    std::filesystem::path path_;
};

} // namespace sluice::bench
