// SPDX-License-Identifier: Apache-2.0
#include "exec/keeper_script.h"

#include "base/os.h"

#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace sluice {

namespace {

// Where the system's root stands while the new one is filled.
constexpr std::string_view old_root = "/.sluice-old-root";

// Parts of the new root that are not simply the system's.
constexpr std::string_view replaced[] = {"pfs", "scratch", "proc", "lost+found"};

long address(const void* pointer)
{
    return reinterpret_cast<long>(pointer);
}

void write_file(KeeperScript& script, const char* path, const std::string& content, IfFailed policy)
{
    const std::string label = fmt::format("write {}", path);
    script.add(label, SYS_openat, {AT_FDCWD, script.text(path), O_WRONLY | O_CLOEXEC}, policy);
    const long size = static_cast<long>(content.size());
    script.add(label, SYS_write, {first_free_fd, script.text(content), size}, policy);
    script.add(label, SYS_close, {first_free_fd}, IfFailed::go_on);
}

void make_directory(KeeperScript& script, const std::string& path)
{
    script.add(
        fmt::format("create '{}' in the new root", path), SYS_mkdirat,
        {AT_FDCWD, script.text(path), 0755}
    );
}

void bind_mount(
    KeeperScript& script, const std::string& from, const std::string& to, long flags = 0
)
{
    script.add(
        fmt::format("mount '{}' on '{}'", from, to), SYS_mount,
        {script.text(from), script.text(to), 0, MS_BIND | flags, 0}
    );
}

void make_read_only(KeeperScript& script, const std::string& path)
{
    // Unlike a remount this leaves the other flags alone, which a user namespace may not change.
    static constexpr mount_attr read_only{MOUNT_ATTR_RDONLY, 0, 0, 0};
    script.add(
        fmt::format("make '{}' read-only", path), SYS_mount_setattr,
        {AT_FDCWD, script.text(path), 0, address(&read_only), sizeof read_only}
    );
}

void add_link(KeeperScript& script, const std::string& path)
{
    std::string target(4096, '\0');
    const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
    if (size <= 0)
        return;
    target.resize(size);
    script.add(
        fmt::format("create the link '{}' in the new root", path), SYS_symlinkat,
        {script.text(target), AT_FDCWD, script.text(path)}
    );
}

void add_file(KeeperScript& script, const std::string& path)
{
    script.add(
        fmt::format("create '{}' in the new root", path), SYS_mknodat,
        {AT_FDCWD, script.text(path), S_IFREG | 0644, 0}
    );
    bind_mount(script, fmt::format("{}{}", old_root, path), path);
}

void add_system_entries(KeeperScript& script)
{
    const Directory root{::opendir("/")};
    while (const dirent* const entry = root ? ::readdir(root.get()) : nullptr) {
        const std::string_view name = entry->d_name;
        const bool ours =
            std::find(std::begin(replaced), std::end(replaced), name) != std::end(replaced);
        if (name == "." || name == ".." || ours)
            continue;
        const std::string path = fmt::format("/{}", name);
        struct stat status {};
        if (::lstat(path.c_str(), &status) != 0)
            continue;
        if (S_ISLNK(status.st_mode))
            add_link(script, path);
        else if (S_ISREG(status.st_mode))
            add_file(script, path);
        if (!S_ISDIR(status.st_mode))
            continue;
        make_directory(script, path);
        bind_mount(script, fmt::format("{}{}", old_root, path), path, MS_REC);
    }
}

// A /proc of the attempt's own processes; where the system forbids that, the system's.
void add_proc(KeeperScript& script)
{
    make_directory(script, "/proc");
    const long proc = script.text("proc");
    script.add(
        "mount /proc", SYS_mount,
        {proc, script.text("/proc"), proc, MS_NOSUID | MS_NODEV | MS_NOEXEC, 0}, IfFailed::try_next
    );
    bind_mount(script, fmt::format("{}/proc", old_root), "/proc", MS_REC);
}

void add_data(KeeperScript& script, const std::string& pfs, const std::string& scratch)
{
    make_directory(script, "/pfs");
    bind_mount(script, fmt::format("{}{}", old_root, pfs), "/pfs");
    make_read_only(script, "/pfs");
    bind_mount(script, fmt::format("{}{}/out", old_root, pfs), "/pfs/out");
    make_directory(script, "/scratch");
    bind_mount(script, fmt::format("{}{}", old_root, scratch), "/scratch");
}

} // namespace

void KeeperScript::add(
    std::string label, long number, std::initializer_list<long> args, IfFailed if_failed
)
{
    KeeperStep step{number, {}, if_failed};
    std::copy(args.begin(), args.end(), step.args);
    steps_.push_back(step);
    labels_.push_back(std::move(label));
}

long KeeperScript::text(std::string text)
{
    return address(texts_.emplace_back(std::move(text)).c_str());
}

void add_user_mapping(KeeperScript& script)
{
    const auto uid = ::geteuid();
    const auto gid = ::getegid();
    write_file(script, "/proc/self/setgroups", "deny", IfFailed::go_on);
    write_file(script, "/proc/self/uid_map", fmt::format("{0} {0} 1\n", uid), IfFailed::stop);
    write_file(script, "/proc/self/gid_map", fmt::format("{0} {0} 1\n", gid), IfFailed::stop);
}

void add_new_root(KeeperScript& script, const std::string& pfs, const std::string& scratch)
{
    const std::string old_below_scratch = fmt::format("{}{}", scratch, old_root);
    const long tmpfs = script.text("tmpfs");
    const long root = script.text("/");
    const long new_root = script.text(scratch);
    const long old = script.text(std::string(old_root));

    // Mounts of the system still arrive in here, ours do not reach it.
    script.add("make mounts private", SYS_mount, {0, root, 0, MS_REC | MS_SLAVE, 0});
    // The scratch directory only lends its place: pivot_root moves the mount away from it.
    script.add(
        "mount a new root", SYS_mount,
        {tmpfs, new_root, tmpfs, MS_NOSUID | MS_NODEV, script.text("mode=0755,size=64k")}
    );
    make_directory(script, old_below_scratch);
    script.add("change the root", SYS_pivot_root, {new_root, script.text(old_below_scratch)});
    script.add("enter the new root", SYS_chdir, {root});
    add_system_entries(script);
    add_proc(script);
    add_data(script, pfs, scratch);
    script.add("leave the old root", SYS_umount2, {old, MNT_DETACH});
    script.add("remove the old root's place", SYS_unlinkat, {AT_FDCWD, old, AT_REMOVEDIR});
    make_read_only(script, "/");
}

} // namespace sluice
