// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <iterator>
#include <utility>
#include <vector>

namespace sluice::client {

// One page of a list.
template <class T>
struct Page {
    std::vector<T> items;
    std::function<Page()> next; // asks for the page after it; empty on the last one
};

// Everything from there on, asked for page by page as it is needed; passed through once.
//
//     for (const LightTask& task : client.iterate({.kind = "build"}))
template <class T>
class Listing {
public:
    class Iterator {
    public:
        using value_type = T;
        using difference_type = std::ptrdiff_t;

        explicit Iterator(Page<T> page) : page_(std::move(page)) { skip_empty_pages(); }

        const T& operator*() const { return page_.items[at_]; }
        const T* operator->() const { return &page_.items[at_]; }
        Iterator& operator++()
        {
            ++at_;
            skip_empty_pages();
            return *this;
        }
        void operator++(int) { ++*this; }
        bool operator==(std::default_sentinel_t) const { return at_ == page_.items.size(); }

    private:
        void skip_empty_pages()
        {
            while (at_ == page_.items.size() && page_.next) {
                page_ = page_.next();
                at_ = 0;
            }
        }

        Page<T> page_;
        std::size_t at_ = 0;
    };

    explicit Listing(std::function<Page<T>()> first) : first_(std::move(first)) {}

    Iterator begin() const { return Iterator(first_()); }
    std::default_sentinel_t end() const { return {}; }

private:
    std::function<Page<T>()> first_;
};

} // namespace sluice::client
