// SPDX-License-Identifier: Apache-2.0
#include "bench/http/message_reader.h"

#include <gtest/gtest.h>

#include <vector>

namespace sluice::bench::message_reader_test {

namespace {

// All that comes, in pieces of `size` bytes.
MessageReader read_in_pieces(std::string_view bytes, std::size_t size)
{
    MessageReader reader;
    for (std::size_t begin = 0; begin < bytes.size(); begin += size) {
        const std::string_view piece = bytes.substr(begin, size);
        EXPECT_EQ(reader.take(piece), piece.size()) << "at byte " << begin;
    }
    return reader;
}

constexpr std::string_view with_length = "HTTP/1.1 201 Created\r\n"
                                         "Content-Type: application/json\r\n"
                                         "content-LENGTH: 12\r\n"
                                         "X-Batch-ID:   abc\r\n\r\n"
                                         "[1,2,3,4,56]";

constexpr std::string_view with_chunks = "HTTP/1.1 200 OK\r\n"
                                         "Transfer-Encoding: chunked\r\n\r\n"
                                         "3\r\nabc\r\n"
                                         "B;name=value\r\n0123456789\n\r\n"
                                         "0\r\nTrailer: yes\r\n\r\n";

constexpr std::string_view webhook = "POST /work?handle=h HTTP/1.1\r\n"
                                     "Host: 127.0.0.1\r\n"
                                     "X-Task-Id: 7\r\n\r\n";

} // namespace

TEST(MessageReader, reads_a_body_with_a_length_however_it_comes)
{
    for (std::size_t size = 1; size <= with_length.size(); ++size) {
        const MessageReader reader = read_in_pieces(with_length, size);

        EXPECT_TRUE(reader.is_complete()) << size;
        EXPECT_EQ(reader.status(), 201);
        EXPECT_EQ(reader.body(), "[1,2,3,4,56]") << size;
        EXPECT_EQ(reader.header("x-batch-id"), "abc");
        EXPECT_EQ(reader.header("x-batch"), "");
    }
}

TEST(MessageReader, joins_chunks_however_they_come)
{
    for (std::size_t size = 1; size <= with_chunks.size(); ++size) {
        const MessageReader reader = read_in_pieces(with_chunks, size);

        EXPECT_TRUE(reader.is_complete()) << size;
        EXPECT_EQ(reader.body(), "abc0123456789\n") << size;
    }
}

TEST(MessageReader, reads_a_request_without_a_body)
{
    for (std::size_t size = 1; size <= webhook.size(); ++size) {
        const MessageReader reader = read_in_pieces(webhook, size);

        EXPECT_TRUE(reader.is_complete()) << size;
        EXPECT_EQ(reader.target(), "/work?handle=h");
        EXPECT_EQ(reader.header("X-Task-Id"), "7");
        EXPECT_EQ(reader.status(), 0);
    }
}

TEST(MessageReader, is_not_complete_before_the_last_byte)
{
    for (const std::string_view message : {with_length, with_chunks, webhook}) {
        const MessageReader reader = read_in_pieces(message.substr(0, message.size() - 1), 7);

        EXPECT_FALSE(reader.is_complete()) << message;
        EXPECT_FALSE(reader.is_broken()) << message;
    }
}

TEST(MessageReader, leaves_what_belongs_to_the_next_message)
{
    const std::string both = std::string(with_chunks) + std::string(with_length);
    MessageReader reader;

    const std::size_t used = reader.take(both);
    const std::size_t more = reader.take(std::string_view(both).substr(used));
    reader.next();
    const std::size_t rest = reader.take(std::string_view(both).substr(used));

    EXPECT_EQ(used, with_chunks.size());
    EXPECT_EQ(more, 0u);
    EXPECT_EQ(rest, with_length.size());
    EXPECT_EQ(reader.body(), "[1,2,3,4,56]");
}

TEST(MessageReader, knows_the_head_of_a_stream_that_goes_on)
{
    MessageReader reader;

    reader.take("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");

    EXPECT_TRUE(reader.has_head());
    EXPECT_FALSE(reader.is_complete());
}

TEST(MessageReader, is_broken_by_sizes_that_are_no_numbers)
{
    const std::vector<std::string_view> broken{
        "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nlarge\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n"};
    for (const std::string_view message : broken) {
        MessageReader reader;

        reader.take(message);

        EXPECT_TRUE(reader.is_broken()) << message;
    }
}

} // namespace sluice::bench::message_reader_test
