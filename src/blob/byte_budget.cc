// SPDX-License-Identifier: Apache-2.0
#include "blob/byte_budget.h"

#include "base/assert.h"

#include <algorithm>
#include <utility>

namespace sluice {

// A place in the queue, in the frame of the coroutine that waits. It goes when the coroutine got
// its bytes or was cancelled; in both cases the next one may have its turn.
class ByteBudget::Turn {
public:
    explicit Turn(ByteBudget& budget) : budget_(budget), news_(budget.executor_)
    {
        budget_.waiting_.push_back(this);
    }
    ~Turn()
    {
        std::erase(budget_.waiting_, this);
        budget_.wake_first();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    bool is_first() const { return budget_.waiting_.front() == this; }
    Signal& news() { return news_; }

private:
    ByteBudget& budget_;
    Signal news_;
};

ByteBudget::ByteBudget(asio::any_io_executor executor, std::uint64_t bytes_max)
    : executor_(std::move(executor)), bytes_max_(bytes_max)
{}

ByteBudget::~ByteBudget()
{
    SLUICE_ASSERT(used_ == 0 && waiting_.empty());
}

Async<ByteBudget::Taken> ByteBudget::take(std::uint64_t bytes)
{
    Turn turn(*this);
    while (!turn.is_first() || (used_ > 0 && used_ + bytes > bytes_max_))
        co_await turn.news().wait();
    used_ += bytes;
    used_max_ = std::max(used_max_, used_);
    Taken taken(*this, bytes);
    co_return taken;
}

void ByteBudget::give_back(std::uint64_t bytes)
{
    used_ -= bytes;
    wake_first();
}

void ByteBudget::wake_first()
{
    if (!waiting_.empty())
        waiting_.front()->news().notify();
}

void ByteBudget::Taken::keep(std::uint64_t bytes)
{
    if (!budget_ || bytes >= bytes_)
        return;
    const std::uint64_t rest = bytes_ - bytes;
    bytes_ = bytes;
    budget_->give_back(rest);
}

ByteBudget::Taken::Taken(Taken&& other) noexcept
    : budget_(std::exchange(other.budget_, nullptr)), bytes_(other.bytes_)
{}

ByteBudget::Taken& ByteBudget::Taken::operator=(Taken&& other) noexcept
{
    std::swap(budget_, other.budget_);
    std::swap(bytes_, other.bytes_);
    return *this;
}

ByteBudget::Taken::~Taken()
{
    if (budget_)
        budget_->give_back(bytes_);
}

} // namespace sluice
