// SPDX-License-Identifier: Apache-2.0
// Formats: proc(5), /proc/[pid]/stat and /proc/sys/kernel/random/boot_id; pid_namespaces(7).
#include "base/process_id.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace sluice {

namespace {

// "<boot>/<namespace>/": equal for processes that see each other.
std::string place()
{
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::string boot;
    struct stat pid_namespace {};
    if (!(file >> boot) || ::stat("/proc/self/ns/pid", &pid_namespace) != 0)
        return {};
    return fmt::format("{}/{}/", boot, pid_namespace.st_ino);
}

// "<pid>/<start in clock ticks since boot>"; empty when there is no such process. One that is dead
// but not waited for yet (state Z or X) does nothing more.
std::string life_of(const std::string& pid)
{
    std::ifstream file(fmt::format("/proc/{}/stat", pid));
    std::string line;
    std::getline(file, line);
    const std::size_t end_of_name = line.rfind(')'); // the name may hold anything
    if (end_of_name == std::string::npos)
        return {};
    std::istringstream rest(line.substr(end_of_name + 1));
    std::string field;
    rest >> field; // the third of the line
    if (field == "Z" || field == "X")
        return {};
    for (int number = 4; number <= 22; ++number)
        rest >> field;
    return rest ? fmt::format("{}/{}", pid, field) : std::string();
}

} // namespace

std::string process_id()
{
    const std::string where = place();
    const std::string life = life_of(std::to_string(::getpid()));
    return where.empty() || life.empty() ? std::string() : where + life;
}

bool has_ended(std::string_view process)
{
    const std::string where = place();
    if (where.empty() || !process.starts_with(where))
        return false;
    const std::string life(process.substr(where.size()));
    return life_of(life.substr(0, life.find('/'))) != life;
}

} // namespace sluice
