// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::bench {

// Reads HTTP/1.1 messages from bytes as they come: the server's answers, and its webhooks. A
// message with neither Content-Length nor chunks has no body. It reads what our own server sends
// and costs next to nothing beside it; it is no guard against other senders.
class MessageReader {
public:
    // Takes the bytes that belong to the message and returns their number: none when the message
    // is complete, until next().
    std::size_t take(std::string_view bytes);

    // Begins another message.
    void next();

    bool has_head() const { return stage_ != Stage::head; }
    bool is_complete() const { return stage_ == Stage::complete; }
    bool is_broken() const { return stage_ == Stage::broken; }

    const std::string& head() const { return head_; } // with the empty line
    const std::string& body() const { return body_; } // without the marks of chunks

    // The status of an answer; 0 for a request.
    int status() const;

    // What a request asks for: "/work?handle=…".
    std::string_view target() const;

    // The value of a header, in whatever case its name is; empty when there is none.
    std::string_view header(std::string_view name) const;

private:
    enum class Stage : std::uint8_t {
        head,
        body,       // left_ bytes of it are to come
        chunk_size, // a line with the size of the next chunk
        chunk,      // left_ bytes of it are to come
        chunk_end,  // an empty line
        trailer,    // lines up to an empty one
        complete,
        broken,
    };

    std::size_t take_head(std::string_view bytes);
    std::size_t take_body(std::string_view bytes, Stage after);
    std::size_t take_line(std::string_view bytes);
    void begin_body();
    void end_line();
    void begin_chunk();

    Stage stage_ = Stage::head;
    std::string head_;
    std::string body_;
    std::string line_; // of chunks
    std::size_t left_ = 0;
};

} // namespace sluice::bench
