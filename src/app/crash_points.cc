// SPDX-License-Identifier: Apache-2.0
#include "app/crash_points.h"

#ifdef SLUICE_TEST_BUILD

#include "base/guarded.h"
#include "base/os.h"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

namespace sluice {

namespace {

struct CrashPoint {
    std::string statement;
    int left = 0; // runs until the crash
};

// Statements run on several threads; their names are counted and written one at a time.
class CrashObserver final : public StatementObserver {
public:
    CrashObserver(CrashPoint point, Fd log) : point_(std::move(point)), log_(std::move(log)) {}

    void before(std::string_view statement) override { reached(statement); }
    void committed() override { reached("committed"); }

private:
    void reached(std::string_view statement)
    {
        point_.with([&](CrashPoint& point) {
            if (log_)
                write_line(statement);
            if (statement == point.statement && --point.left == 0)
                std::raise(SIGKILL);
        });
    }

    void write_line(std::string_view statement)
    {
        const std::string line = std::string(statement) + '\n';
        [[maybe_unused]] const ssize_t written = write(log_.get(), line.data(), line.size());
    }

    Guarded<CrashPoint> point_;
    Fd log_;
};

Result<CrashPoint> parse_crash_point(std::string_view text)
{
    const std::size_t colon = text.rfind(':');
    CrashPoint point;
    if (colon != std::string_view::npos) {
        point.statement = text.substr(0, colon);
        std::from_chars(text.data() + colon + 1, text.data() + text.size(), point.left);
    }
    if (point.statement.empty() || point.left < 1)
        return Error{
            Errc::invalid,
            fmt::format("SLUICE_CRASH_AT: must be <statement>:<n> with n ≥ 1, not '{}'", text)};
    return point;
}

} // namespace

Result<std::unique_ptr<StatementObserver>> crash_observer_from_environment()
{
    const char* const at = std::getenv("SLUICE_CRASH_AT");
    const char* const log_file = std::getenv("SLUICE_CRASH_LOG");
    if (!at && !log_file)
        return std::unique_ptr<StatementObserver>();
    CrashPoint point;
    if (at) {
        Result<CrashPoint> parsed = parse_crash_point(at);
        if (!parsed)
            return parsed.error();
        point = *std::move(parsed);
    }
    Fd log;
    if (log_file) {
        log = Fd(open(log_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
        if (!log)
            return os_error("write", log_file, errno);
    }
    return std::unique_ptr<StatementObserver>(
        std::make_unique<CrashObserver>(std::move(point), std::move(log))
    );
}

} // namespace sluice

#else

namespace sluice {

Result<std::unique_ptr<StatementObserver>> crash_observer_from_environment()
{
    return std::unique_ptr<StatementObserver>();
}

} // namespace sluice

#endif
