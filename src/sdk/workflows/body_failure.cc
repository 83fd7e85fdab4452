// SPDX-License-Identifier: Apache-2.0
#include "sdk/workflows/body_failure.h"

#include "base/text.h"
#include "sluice/error.h"
#include "sluice/workflow_error.h"

#include <cxxabi.h>
#include <exception>
#include <system_error>

namespace sluice::workflows {

namespace {

constexpr std::size_t text_bytes_max = 64u << 10;

bool is_of_connection(const std::error_code& code)
{
    using enum std::errc;
    for (const std::errc condition :
         {address_not_available, broken_pipe, connection_aborted, connection_already_in_progress,
          connection_refused, connection_reset, host_unreachable, network_down, network_reset,
          network_unreachable, not_connected, operation_in_progress, resource_unavailable_try_again,
          timed_out})
        if (code == condition)
            return true;
    return false;
}

BodyFailure told(const std::exception& exception, bool is_transient)
{
    return {error_text(exception.what()), is_transient};
}

// The text without a letter that was cut in two.
std::string_view without_rest(std::string_view text)
{
    std::size_t end = text.size();
    for (int i = 0; i < 4 && end > 0; ++i) {
        const auto byte = static_cast<unsigned char>(text[--end]);
        if (byte < 0x80)
            return text;
        if (byte >= 0xc0)
            return is_utf8(text.substr(end)) ? text : text.substr(0, end);
    }
    return text;
}

} // namespace

std::string error_text(std::string_view text)
{
    std::string shown =
        is_utf8(text) ? std::string(text) : printable(text.substr(0, text_bytes_max));
    if (shown.size() > text_bytes_max)
        shown.resize(without_rest(std::string_view(shown).substr(0, text_bytes_max)).size());
    return shown;
}

BodyFailure body_failure()
{
    try {
        throw;
    } catch (const abi::__forced_unwind&) {
        throw;
    } catch (const std::system_error& error) {
        return told(error, is_of_connection(error.code()));
    } catch (const Error& error) {
        return told(error, error.kind() == Error::Kind::unavailable);
    } catch (const client::Unavailable& error) {
        return told(error, true);
    } catch (const std::exception& error) {
        return told(error, false);
    } catch (...) {
        return {"an exception of unknown type"};
    }
}

} // namespace sluice::workflows
