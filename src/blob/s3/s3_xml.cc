// SPDX-License-Identifier: Apache-2.0
#include "blob/s3/s3_xml.h"

#include "base/assert.h"
#include "base/text.h"
#include "net/crc32c.h"

#include <expat.h>
#include <fmt/format.h>

#include <charconv>
#include <functional>
#include <memory>

namespace sluice {

namespace {

// Reads a document as a stream: each element is told at its end, with its path from the root
// ("Error/Code") and its own text.
class XmlReader {
public:
    using OnElement = std::function<void(std::string_view path, std::string text)>;

    explicit XmlReader(OnElement on_element)
        : on_element_(std::move(on_element)), parser_(XML_ParserCreate(nullptr))
    {
        SLUICE_ASSERT(parser_);
        XML_SetUserData(parser_.get(), this);
        XML_SetElementHandler(parser_.get(), &XmlReader::begin, &XmlReader::end);
        XML_SetCharacterDataHandler(parser_.get(), &XmlReader::text);
        XML_SetStartDoctypeDeclHandler(parser_.get(), &XmlReader::doctype);
    }

    // False when it is no XML, or not all of it.
    bool read(std::string_view xml)
    {
        xml = trim(xml);
        const int size = static_cast<int>(std::min<std::size_t>(xml.size(), 1u << 30));
        return XML_Parse(parser_.get(), xml.data(), size, XML_TRUE) == XML_STATUS_OK;
    }

private:
    struct Free {
        void operator()(XML_ParserStruct* parser) const { XML_ParserFree(parser); }
    };

    static constexpr std::size_t depth_max = 32;

    static void begin(void* self, const char* name, const char**)
    {
        auto& reader = *static_cast<XmlReader*>(self);
        reader.ends_.push_back(reader.path_.size());
        if (reader.ends_.size() > depth_max)
            XML_StopParser(reader.parser_.get(), XML_FALSE);
        if (!reader.path_.empty())
            reader.path_ += '/';
        reader.path_ += name;
        reader.text_.clear();
    }

    static void end(void* self, const char*)
    {
        auto& reader = *static_cast<XmlReader*>(self);
        reader.on_element_(reader.path_, std::exchange(reader.text_, {}));
        reader.path_.resize(reader.ends_.back());
        reader.ends_.pop_back();
    }

    static void text(void* self, const char* bytes, int size)
    {
        static_cast<XmlReader*>(self)->text_.append(bytes, static_cast<std::size_t>(size));
    }

    // No answer has one, and it could define what grows without bound.
    static void doctype(void* self, const char*, const char*, const char*, int)
    {
        XML_StopParser(static_cast<XmlReader*>(self)->parser_.get(), XML_FALSE);
    }

    OnElement on_element_;
    std::unique_ptr<XML_ParserStruct, Free> parser_;
    std::string path_;
    std::vector<std::size_t> ends_; // of the paths around
    std::string text_;
};

// As forms encode: '+' is a space.
std::string decode_form(std::string_view text)
{
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool has_two = text[i] == '%' && i + 2 < text.size();
        const int high = has_two ? hex_digit(text[i + 1]) : -1;
        const int low = has_two ? hex_digit(text[i + 2]) : -1;
        if (high >= 0 && low >= 0) {
            decoded += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            decoded += text[i] == '+' ? ' ' : text[i];
        }
    }
    return decoded;
}

std::string escape_xml(std::string_view text)
{
    std::string escaped;
    for (const char c : text) {
        if (c == '&')
            escaped += "&amp;";
        else if (c == '<')
            escaped += "&lt;";
        else if (c == '>')
            escaped += "&gt;";
        else
            escaped += c;
    }
    return escaped;
}

Error no_document(std::string_view wanted)
{
    return {Errc::unavailable, fmt::format("the answer of S3 is no whole '{}' document", wanted)};
}

// What a page of a listing says, element by element.
class ListReader {
public:
    void take(std::string_view path, std::string text)
    {
        constexpr std::string_view root = "ListBucketResult";
        if (path == root)
            is_whole_ = true;
        if (!path.starts_with("ListBucketResult/"))
            return;
        path.remove_prefix(root.size() + 1);
        if (path == "Contents/Key")
            entry_.path = std::move(text);
        else if (path == "Contents/Size")
            read_size(text);
        else if (path == "Contents")
            page_.entries.push_back(std::exchange(entry_, {}));
        else if (path == "CommonPrefixes/Prefix")
            add_folder(std::move(text));
        else if (path == "EncodingType")
            is_encoded_ = text == "url";
        else if (path == "IsTruncated")
            is_truncated_ = text == "true";
        else if (path == "NextContinuationToken")
            page_.next = std::move(text);
    }

    // The encoding is known only at the end: some servers tell it there.
    Result<ObjectPage> page()
    {
        if (!is_whole_ || is_wrong_ || (is_truncated_ && page_.next.empty()))
            return no_document("ListBucketResult");
        if (!is_truncated_)
            page_.next.clear();
        for (BlobEntry& entry : page_.entries)
            if (is_encoded_)
                entry.path = decode_form(entry.path);
        for (BlobEntry& entry : page_.entries)
            if (entry.kind == BlobKind::folder && entry.path.ends_with('/'))
                entry.path.pop_back();
        return std::move(page_);
    }

private:
    void read_size(std::string_view text)
    {
        text = trim(text);
        const auto [end, failure] =
            std::from_chars(text.data(), text.data() + text.size(), entry_.size);
        is_wrong_ = is_wrong_ || failure != std::errc() || end != text.data() + text.size();
    }

    void add_folder(std::string prefix)
    {
        BlobEntry folder;
        folder.path = std::move(prefix);
        folder.kind = BlobKind::folder;
        page_.entries.push_back(std::move(folder));
    }

    ObjectPage page_;
    BlobEntry entry_;
    bool is_encoded_ = false;
    bool is_truncated_ = false;
    bool is_whole_ = false; // the root has ended
    bool is_wrong_ = false;
};

} // namespace

Result<ObjectPage> parse_object_list(std::string_view xml)
{
    ListReader list;
    XmlReader reader([&list](std::string_view path, std::string text) {
        list.take(path, std::move(text));
    });
    if (!reader.read(xml))
        return no_document("ListBucketResult");
    return list.page();
}

S3Error parse_s3_error(std::string_view xml)
{
    S3Error error;
    XmlReader reader([&error](std::string_view path, std::string text) {
        if (path.starts_with("ErrorResponse/")) // as STS answers
            path.remove_prefix(std::string_view("ErrorResponse/").size());
        if (path == "Error/Code")
            error.code = trim(text);
        else if (path == "Error/Message")
            error.message = trim(text);
        else if (path == "Error/Region")
            error.region = trim(text);
    });
    reader.read(xml); // what stands in front of a cut tells enough
    return error;
}

Result<std::string> parse_upload_id(std::string_view xml)
{
    std::string id;
    XmlReader reader([&id](std::string_view path, std::string text) {
        if (path == "InitiateMultipartUploadResult/UploadId")
            id = trim(text);
    });
    if (!reader.read(xml) || id.empty())
        return no_document("InitiateMultipartUploadResult");
    return id;
}

std::string complete_upload_xml(
    const std::vector<std::string>& etags, const std::vector<std::uint32_t>& crc32cs
)
{
    SLUICE_ASSERT(crc32cs.empty() || crc32cs.size() == etags.size());
    std::string xml = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
    for (std::size_t i = 0; i < etags.size(); ++i) {
        xml += fmt::format(
            "<Part><PartNumber>{}</PartNumber><ETag>{}</ETag>", i + 1, escape_xml(etags[i])
        );
        if (!crc32cs.empty())
            xml += fmt::format("<ChecksumCRC32C>{}</ChecksumCRC32C>", encode_crc32c(crc32cs[i]));
        xml += "</Part>";
    }
    return xml + "</CompleteMultipartUpload>";
}

bool says_upload_complete(std::string_view xml)
{
    bool is_complete = false;
    XmlReader reader([&is_complete](std::string_view path, const std::string&) {
        is_complete = path == "CompleteMultipartUploadResult";
    });
    return reader.read(xml) && is_complete;
}

Result<AwsCredentials> parse_assumed_role(std::string_view xml)
{
    AwsCredentials credentials;
    std::string expiration;
    XmlReader reader([&](std::string_view path, std::string text) {
        constexpr std::string_view parent =
            "AssumeRoleWithWebIdentityResponse/AssumeRoleWithWebIdentityResult/Credentials/";
        if (!path.starts_with(parent))
            return;
        path.remove_prefix(parent.size());
        if (path == "AccessKeyId")
            credentials.access_key = trim(text);
        else if (path == "SecretAccessKey")
            credentials.secret_key = trim(text);
        else if (path == "SessionToken")
            credentials.session_token = trim(text);
        else if (path == "Expiration")
            expiration = trim(text);
    });
    const bool is_xml = reader.read(xml);
    const Result<Time> end = parse_time(expiration);
    if (!is_xml || credentials.access_key.empty() || credentials.secret_key.empty() || !end)
        return no_document("AssumeRoleWithWebIdentityResponse");
    credentials.expires_at = *end;
    return credentials;
}

} // namespace sluice
