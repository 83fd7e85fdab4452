// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "model/validation.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

// What the amount of a quantity counts.
enum class QuantityUnit : std::uint8_t {
    milli, // thousandths: cpu, "1.5" and "1500m" are 1500
    whole, // bytes: memory, "1Ki" is 1024
};

// A quantity in the notation of Kubernetes, with the spelling that the user chose.
struct Quantity {
    std::string text;
    std::int64_t amount = 0; // exact, or rounded up to the next whole unit as Kubernetes does

    friend bool operator==(const Quantity&, const Quantity&) = default;
};

// Reads "100m", "1.5", "512Mi", "2e3", ".5G": digits with an optional point, then nothing, an
// exponent (e3, E-2), or a suffix (n u m k M G T P E, Ki Mi Gi Ti Pi Ei).
// Errors (invalid): another form, below zero, more than 18 significant digits, beyond 64 bits.
Result<Quantity> parse_quantity(std::string_view text, QuantityUnit unit);

// A quantity above zero: text, or a number (its text is the number as JSON spells it).
struct QuantityKind {
    QuantityUnit unit;

    void read(const Value& value, Quantity& out) const;
    Json schema() const;
};

} // namespace sluice
