// SPDX-License-Identifier: Apache-2.0
#include "kube/kube_token.h"

#include "async/worker_threads.h"
#include "base/text.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

namespace sluice {

namespace {

std::string read_token(const std::string& file)
{
    std::ifstream stream(file);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    return std::string(trim(text));
}

} // namespace

Async<Result<std::string>> KubeToken::get()
{
    if (!is_used())
        co_return std::string();
    const auto now = std::chrono::steady_clock::now();
    if (read_at_ && now - *read_at_ < keep_)
        co_return token_;
    std::string token = co_await threads_.run([this] { return read_token(file_); });
    if (token.empty())
        co_return Error{
            Errc::unavailable,
            fmt::format("token of Kubernetes: '{}' cannot be read or is empty", printable(file_))};
    token_ = std::move(token);
    read_at_ = now;
    co_return token_;
}

} // namespace sluice
