// SPDX-License-Identifier: Apache-2.0
#include "base/os.h"

#include "base/text.h"

#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace sluice {

namespace {

Errc code_of(int code)
{
    switch (code) {
    case ENOENT:
    case ENOTDIR:
        return Errc::not_found;
    case EACCES:
    case EPERM:
        return Errc::unauthorized;
    case EEXIST:
        return Errc::conflict;
    case ENOSPC:
    case EDQUOT:
    case EIO:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN:
    case ESTALE:
        return Errc::unavailable;
    default:
        return Errc::invalid;
    }
}

} // namespace

void Fd::reset()
{
    if (fd_ >= 0)
        ::close(std::exchange(fd_, -1));
}

std::string os_message(int code)
{
    const char* const words = strerrordesc_np(code);
    if (!words)
        return fmt::format("error {}", code);
    std::string text = words;
    // "Is a directory" becomes lower case, "RPC version wrong" does not.
    if (text.size() > 1 && (text[1] < 'A' || text[1] > 'Z'))
        text.replace(0, 1, to_lower(text.substr(0, 1)));
    return text;
}

std::string printable_path(std::string_view path)
{
    std::string shown;
    for (const char byte : printable(path)) {
        if (byte == '\n')
            shown += "\\n";
        else if (byte == '\t')
            shown += "\\t";
        else
            shown += byte;
    }
    return shown;
}

Error os_error(std::string_view action, std::string_view path, int code)
{
    return {
        code_of(code),
        fmt::format("cannot {} '{}': {}", action, printable_path(path), os_message(code))};
}

} // namespace sluice
