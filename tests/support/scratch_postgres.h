// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

namespace sluice::testing {

// A new, empty PostgreSQL database for one test, dropped at the end of its life, with all its
// connections. It lies in a scratch cluster that the first one starts and that ends with this
// process, however that dies. Without PostgreSQL's programs the constructor throws: such a test
// fails, it is not skipped.
class ScratchDatabase {
public:
    ScratchDatabase();

    // A copy of a database that `prepare` has filled, given its URL, at the first use of `recipe`
    // in this process. It must have closed its connections when it returns. Faster than migrating
    // an empty database for each test.
    ScratchDatabase(
        const std::string& recipe, const std::function<void(const std::string& url)>& prepare
    );

    ~ScratchDatabase();
    ScratchDatabase(const ScratchDatabase&) = delete;
    ScratchDatabase& operator=(const ScratchDatabase&) = delete;

    // For libpq, by the Unix socket: "postgresql:///name?host=…&port=…&user=sluice".
    const std::string& url() const { return url_; }

    // The same by TCP on 127.0.0.1, for tests that put a proxy between.
    const std::string& tcp_url() const { return tcp_url_; }

private:
    void create(const std::string& source);

    std::string name_;
    std::string url_;
    std::string tcp_url_;
};

} // namespace sluice::testing
