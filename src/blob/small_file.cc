// SPDX-License-Identifier: Apache-2.0
#include "blob/small_file.h"

#include "base/os.h"

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace sluice {

Result<std::string> read_small_file(const std::string& path)
{
    constexpr std::size_t bytes_max = 1u << 20;
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file)
        return os_error("read", path, errno);
    std::string text(bytes_max + 1, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t count = ::read(file.get(), text.data() + size, text.size() - size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return os_error("read", path, errno);
        if (count == 0)
            break;
        size += static_cast<std::size_t>(count);
    }
    if (size > bytes_max)
        return Error{
            Errc::invalid,
            fmt::format(
                "'{}': a file of at most {} bytes is accepted", printable_path(path), bytes_max
            )};
    text.resize(size);
    return text;
}

} // namespace sluice
