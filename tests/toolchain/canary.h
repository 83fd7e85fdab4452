// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>

namespace sluice::toolchain {

// A canary expects a defect of the compiler or of Asio that one of our rules works around. When it
// reports `gone`, the rule may go too: change the rule first, then the expectation.
enum class Defect { present, gone };

std::ostream& operator<<(std::ostream& out, Defect defect);

// Runs `program` in a child process, whose messages are dropped. It answers whether all went as the
// language or the library promises; dying in any way means no.
Defect observe(bool (*program)());

} // namespace sluice::toolchain
