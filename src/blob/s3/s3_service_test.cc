// SPDX-License-Identifier: Apache-2.0
#include "blob/bucket_access.h"
#include "blob/testing/s3_fixture.h"
#include "net/crc32c.h"
#include "net/credentials.h"

#include <fmt/format.h>

namespace sluice::s3_service_test {
namespace {

using namespace testing;

// The requests themselves, each sent once.
class S3ServiceTest : public S3Test {
protected:
    // Collects a body.
    class Collector final : public BodySink {
    public:
        bool wants(int status, const Headers&) override { return status == 200 || status == 206; }
        Async<bool> take(std::string_view piece) override
        {
            bytes.append(piece);
            co_return true;
        }

        std::string bytes;
    };

    S3ServiceTest() { open({}); }

    void open(VariableMap more)
    {
        VariableMap values = variables_for(scripted_s3());
        for (auto& [name, value] : more)
            values[name] = value;
        service_ = make_s3_service(stage_.parts(), variables_of(std::move(values)));
    }

    Result<std::string> read(ObjectName name)
    {
        Collector collector;
        ReadObject request{.name = std::move(name), .sink = &collector};
        const Result<void> done = await(loop_, service_->read(std::move(request)));
        if (!done)
            return done.error();
        return collector.bytes;
    }

    Result<void> write(ObjectName name, const std::string& content)
    {
        auto bytes = std::make_shared<const std::string>(content);
        return await(loop_, service_->write(std::move(name), bytes, crc32c(content)));
    }

    Result<ObjectPage> list(ObjectName prefix)
    {
        ObjectService::ListObjects request{.prefix = std::move(prefix)};
        return await(loop_, service_->list(std::move(request)));
    }

    Result<void> remove(ObjectName name) { return await(loop_, service_->remove(std::move(name))); }

    Result<void> finish(FinishUpload request)
    {
        return await(loop_, service_->finish_upload(std::move(request)));
    }

    // Whole objects of "bucket" as one upload with parts of the contents, not finished yet.
    FinishUpload upload_parts(const ObjectName& name, const std::vector<std::string>& contents)
    {
        FinishUpload upload{
            .name = name, .upload = await(loop_, service_->begin_upload(name)).value()};
        for (const std::string& content : contents) {
            UploadPart part{
                .name = name,
                .upload = upload.upload,
                .number = static_cast<int>(upload.receipts.size()) + 1,
                .bytes = std::make_shared<const std::string>(content),
                .crc32c = crc32c(content),
            };
            upload.crc32cs.push_back(part.crc32c);
            upload.total += content.size();
            upload.receipts.push_back(await(loop_, service_->write_part(std::move(part))).value());
        }
        return upload;
    }

    // As the server has it.
    std::string stored(std::string_view key)
    {
        const Json found = order({{"do", "get"}, {"key", key}});
        return decode_base64(found.value("base64", "")).value();
    }

    std::unique_ptr<ObjectService> service_;
};

using Entries = std::vector<BlobEntry>;

// Every seventh character that XML, UTF-8 and S3 know, in keys of a legal length.
std::vector<std::string> keys_of_all_characters()
{
    constexpr std::size_t key_bytes_max = 900;
    std::vector<std::string> keys(1);
    for (std::uint32_t code = 1; code <= 0xffff; code += code < 0x100 ? 1 : 7) {
        if (code >= 0xd800 && code <= 0xdfff)
            continue;
        if (keys.back().size() > key_bytes_max)
            keys.emplace_back();
        std::string& key = keys.back();
        if (code < 0x80)
            key += static_cast<char>(code);
        else if (code < 0x800)
            key.append({static_cast<char>(0xc0 | code >> 6), static_cast<char>(0x80 | (code & 63))}
            );
        else
            key.append(
                {static_cast<char>(0xe0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 63)),
                 static_cast<char>(0x80 | (code & 63))}
            );
    }
    return keys;
}

} // namespace

TEST_F(S3ServiceTest, keys_may_hold_every_legal_character)
{
    std::vector<std::string> keys = keys_of_all_characters();
    for (const char* key : {"a+b", "a%2Fb", "a//b", "../a", "a/./b/../c", "//", "a?b#c", "%", "a "})
        keys.emplace_back(key);
    for (const std::string& key : keys) {
        const Result<void> written = write({"bucket", key}, key);
        ASSERT_TRUE(written) << written.error().detail;
        ASSERT_EQ(read({"bucket", key}).value(), key);
    }

    Entries entries = list({"bucket", ""})->entries;
    std::sort(keys.begin(), keys.end());
    ASSERT_EQ(entries.size(), keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i)
        EXPECT_EQ(entries[i].path, keys[i]);

    for (const std::string& key : keys)
        EXPECT_TRUE(remove({"bucket", key}));
    EXPECT_TRUE(list({"bucket", ""})->entries.empty());
}

TEST_F(S3ServiceTest, no_right_names_the_right)
{
    for (const char* right : {"s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:DeleteObject"})
        order({{"do", "deny"}, {"right", right}});

    EXPECT_EQ(
        list({"bucket", "in/"}).error(),
        (Error{
            Errc::unauthorized, "no right to list 's3://bucket/in/' (s3:ListBucket): AccessDenied"})
    );
    EXPECT_EQ(
        read({"bucket", "a"}).error().detail,
        "no right to read 's3://bucket/a' (s3:GetObject): AccessDenied"
    );
    EXPECT_EQ(
        write({"bucket", "a"}, "x").error().detail,
        "no right to write 's3://bucket/a' (s3:PutObject): AccessDenied"
    );
    EXPECT_EQ(
        remove({"bucket", "a"}).error().detail,
        "no right to remove 's3://bucket/a' (s3:DeleteObject): AccessDenied"
    );
}

TEST_F(S3ServiceTest, keys_that_do_not_fit_are_told)
{
    open({{"AWS_SECRET_ACCESS_KEY", "another secret key"}});
    EXPECT_EQ(
        list({"bucket", ""}).error(),
        (Error{
            Errc::unauthorized, "cannot list 's3://bucket/': the secret key is not that of the "
                                "access key: SignatureDoesNotMatch"})
    );

    open({{"AWS_ACCESS_KEY_ID", "AKIAUNKNOWNUNKNOWN"}});
    EXPECT_EQ(
        list({"bucket", ""}).error().detail,
        "cannot list 's3://bucket/': the access key is not known: InvalidAccessKeyId"
    );
}

TEST_F(S3ServiceTest, a_bucket_that_is_not_there_is_named)
{
    EXPECT_EQ(
        list({"bukcet", "in/"}).error(),
        (Error{Errc::not_found, "cannot list 's3://bukcet/in/': there is no bucket 'bukcet'"})
    );
    EXPECT_EQ(read({"bukcet", "a"}).error().code, Errc::not_found);
}

TEST_F(S3ServiceTest, a_clock_20_minutes_off_is_told)
{
    order({{"do", "clock"}, {"at", "2026-01-01T00:00:00+00:00"}, {"minutes", 20}});

    EXPECT_EQ(
        list({"bucket", ""}).error(),
        (Error{
            Errc::unauthorized, "cannot list 's3://bucket/': the clock of this machine differs "
                                "from S3's by 20 min: set it (RequestTimeTooSkewed)"})
    );
}

TEST_F(S3ServiceTest, a_bucket_elsewhere_is_found_and_remembered)
{
    for (const char* name : {"told-by-document", "told-by-header"}) {
        order({{"do", "bucket"}, {"name", name}, {"region", "eu-west-1"}});
        const int before = count("list");

        EXPECT_TRUE(list({name, ""})) << name;
        EXPECT_EQ(count("list"), before + 2) << name;
        EXPECT_TRUE(list({name, ""})) << name;
        EXPECT_EQ(count("list"), before + 3) << name;
        order({{"do", "redirects"}}); // for the second round
    }
}

TEST_F(S3ServiceTest, credentials_that_ended_are_replaced_for_the_next_call)
{
    VariableMap of_machine{
        {"AWS_ACCESS_KEY_ID", ""},
        {"AWS_SECRET_ACCESS_KEY", ""},
        {"AWS_SHARED_CREDENTIALS_FILE", folder_.path("absent")},
        {"AWS_CONFIG_FILE", folder_.path("absent")},
        {"AWS_EC2_METADATA_DISABLED", "false"},
        {"AWS_EC2_METADATA_SERVICE_ENDPOINT", url()},
    };
    open(of_machine);
    ASSERT_TRUE(write({"bucket", "a"}, "x"));
    order({{"do", "expire_tokens"}});

    EXPECT_EQ(
        read({"bucket", "a"}).error(),
        (Error{
            Errc::unavailable,
            "cannot read 's3://bucket/a': the credentials have ended: ExpiredToken"})
    );
    EXPECT_EQ(read({"bucket", "a"}).value(), "x");
    EXPECT_EQ(count("given"), 2);
}

TEST_F(S3ServiceTest, a_range_has_to_be_of_the_same_version)
{
    ASSERT_TRUE(write({"bucket", "a"}, "0123456789"));
    Collector collector;
    ObjectHead head;
    const auto range = [&](std::string version) {
        collector.bytes.clear();
        return ReadObject{
            .name = {"bucket", "a"},
            .first = 3,
            .count = 4,
            .version = std::move(version),
            .on_head = [&head](const ObjectHead& told) { head = told; },
            .sink = &collector,
        };
    };

    ASSERT_TRUE(await(loop_, service_->read(range(""))));
    EXPECT_EQ(collector.bytes, "3456");
    EXPECT_EQ(head.size, 10u);
    const std::string version = head.version;
    EXPECT_TRUE(await(loop_, service_->read(range(version))));

    ASSERT_TRUE(write({"bucket", "a"}, "9876543210"));
    const Result<void> changed = await(loop_, service_->read(range(version)));
    EXPECT_EQ(
        changed.error(), (Error{Errc::conflict, "'s3://bucket/a' changed while it was read"})
    );
    EXPECT_EQ(collector.bytes, "");
}

TEST_F(S3ServiceTest, an_upload_in_parts_is_one_object)
{
    const FinishUpload upload = upload_parts({"bucket", "a"}, {"first", "second", ""});
    EXPECT_EQ(order({{"do", "keys"}})["keys"].size(), 0u);

    ASSERT_TRUE(finish(upload));

    EXPECT_EQ(stored("a"), "firstsecond");
}

TEST_F(S3ServiceTest, a_completed_upload_whose_answer_was_lost_is_done)
{
    const FinishUpload upload = upload_parts({"bucket", "a"}, {"first", "second"});
    fault("lose_answer", "finish");

    Result<void> finished = finish(upload);
    if (!finished) { // else the request was sent again on a new connection below us
        EXPECT_EQ(finished.error().code, Errc::unavailable);
        finished = finish(upload);
    }

    EXPECT_TRUE(finished);
    EXPECT_EQ(count("head"), 1);
    EXPECT_EQ(stored("a"), "firstsecond");
}

TEST_F(S3ServiceTest, an_upload_that_is_gone_is_not_taken_for_an_older_object)
{
    ASSERT_TRUE(finish(upload_parts({"bucket", "a"}, {"older", "object"})));
    const FinishUpload upload = upload_parts({"bucket", "a"}, {"newer", "object"});
    ASSERT_TRUE(await(loop_, service_->abort_upload(upload.name, upload.upload)));
    ASSERT_TRUE(await(loop_, service_->abort_upload(upload.name, upload.upload))) << "is fine";

    EXPECT_EQ(
        finish(upload).error(),
        (Error{
            Errc::not_found, "cannot write 's3://bucket/a': its upload is gone before it "
                             "was complete: NoSuchUpload"})
    );
}

TEST_F(S3ServiceTest, a_200_with_an_error_inside_is_an_error)
{
    const FinishUpload upload = upload_parts({"bucket", "a"}, {"first", "second"});

    fault("error_inside", "finish", 1, {{"code", "InternalError"}});
    EXPECT_EQ(
        finish(upload).error(),
        (Error{Errc::unavailable, "cannot write 's3://bucket/a': InternalError"})
    );
    fault("error_inside", "finish", 1, {{"code", "InvalidPart"}});
    EXPECT_EQ(finish(upload).error().code, Errc::invalid);

    EXPECT_TRUE(finish(upload));
}

TEST_F(S3ServiceTest, bytes_that_are_damaged_on_their_way_are_refused)
{
    fault("damage", "write");
    EXPECT_EQ(
        write({"bucket", "a"}, "0123").error(),
        (Error{
            Errc::corrupt,
            "cannot write 's3://bucket/a': its bytes were damaged on their way: BadDigest"})
    );
    EXPECT_TRUE(write({"bucket", "a"}, "0123"));
}

TEST_F(S3ServiceTest, an_endpoint_that_does_not_look_at_crc32c_gets_md5)
{
    order({{"do", "checksums"}, {"are", "ignored"}});
    fault("damage", "write");
    EXPECT_EQ(
        write({"bucket", "a"}, "0123").error(),
        (Error{Errc::corrupt, "cannot write 's3://bucket/a': other bytes arrived than were sent"})
    ) << "told by the ETag";

    fault("damage", "write");
    EXPECT_EQ(
        write({"bucket", "a"}, "0123").error(),
        (Error{
            Errc::corrupt,
            "cannot write 's3://bucket/a': its bytes were damaged on their way: BadDigest"})
    ) << "told by the service, which had the MD5";
    EXPECT_TRUE(write({"bucket", "a"}, "0123"));

    EXPECT_TRUE(finish(upload_parts({"bucket", "b"}, {"first", "second"})));
    EXPECT_EQ(stored("b"), "firstsecond");
}

TEST_F(S3ServiceTest, an_endpoint_that_refuses_crc32c_gets_md5)
{
    order({{"do", "checksums"}, {"are", "refused"}});

    EXPECT_EQ(write({"bucket", "a"}, "0123").error().code, Errc::unavailable);
    EXPECT_TRUE(write({"bucket", "a"}, "0123"));
    EXPECT_TRUE(finish(upload_parts({"bucket", "b"}, {"first"})));

    open({});
    EXPECT_EQ(
        await(loop_, service_->begin_upload({"bucket", "c"})).error().code, Errc::unavailable
    );
    EXPECT_TRUE(finish(upload_parts({"bucket", "c"}, {"first"})));
}

TEST_F(S3ServiceTest, no_secret_stands_in_an_error)
{
    std::vector<Error> errors;
    for (const char* kind : {"list", "read", "write", "begin", "abort", "remove"})
        fault("status", kind, 1, {{"status", 400}, {"code", "Odd"}, {"echo", true}});
    errors.push_back(list({"bucket", ""}).error());
    errors.push_back(read({"bucket", "a"}).error());
    errors.push_back(write({"bucket", "a"}, "x").error());
    errors.push_back(await(loop_, service_->begin_upload({"bucket", "a"})).error());
    errors.push_back(await(loop_, service_->abort_upload({"bucket", "a"}, "u")).error());
    errors.push_back(remove({"bucket", "a"}).error());
    open({{"AWS_SESSION_TOKEN", "planted/session+token"}});
    errors.push_back(list({"bucket", ""}).error());
    open({{"AWS_ENDPOINT_URL_S3", "http://planted:planted@127.0.0.1:1"}});
    errors.push_back(list({"bucket", ""}).error());

    for (const Error& error : errors)
        for (const std::string& secret : secrets())
            EXPECT_EQ(error.detail.find(secret), std::string::npos) << error.detail;
    EXPECT_NE(errors[0].detail.find("Odd: "), std::string::npos) << "the words are told";
}

} // namespace sluice::s3_service_test
