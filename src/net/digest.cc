// SPDX-License-Identifier: Apache-2.0
#include "net/digest.h"

#include "base/assert.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

namespace sluice {

namespace {

struct FreeBio {
    void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeKey {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeContext {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

// Never asks a terminal for the password of a key.
int no_password(char*, int, int, void*)
{
    return -1;
}

template <class Digest>
Digest digest(std::string_view bytes, const EVP_MD* kind)
{
    Digest result{};
    unsigned int size = 0;
    const int done = EVP_Digest(bytes.data(), bytes.size(), result.data(), &size, kind, nullptr);
    SLUICE_ASSERT(done == 1 && size == result.size());
    return result;
}

} // namespace

struct Md5Sum::State {
    Context context{EVP_MD_CTX_new()};
};

Sha256 sha256(std::string_view bytes)
{
    return digest<Sha256>(bytes, EVP_sha256());
}

Md5 md5(std::string_view bytes)
{
    return digest<Md5>(bytes, EVP_md5());
}

Md5Sum::Md5Sum() : state_(std::make_unique<State>())
{
    SLUICE_ASSERT(EVP_DigestInit_ex(state_->context.get(), EVP_md5(), nullptr) == 1);
}

Md5Sum::~Md5Sum() = default;
Md5Sum::Md5Sum(Md5Sum&&) noexcept = default;
Md5Sum& Md5Sum::operator=(Md5Sum&&) noexcept = default;

void Md5Sum::add(std::string_view bytes)
{
    SLUICE_ASSERT(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1);
}

Md5 Md5Sum::end()
{
    Md5 sum{};
    unsigned int size = 0;
    const int done = EVP_DigestFinal_ex(state_->context.get(), sum.data(), &size);
    SLUICE_ASSERT(done == 1 && size == sum.size());
    return sum;
}

std::string encode_hex(std::span<const std::uint8_t> bytes)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * bytes.size());
    for (const std::uint8_t byte : bytes) {
        text.push_back(digits[byte >> 4]);
        text.push_back(digits[byte & 15]);
    }
    return text;
}

Result<std::string> sign_rs256(std::string_view pem_key, std::string_view message)
{
    const Error no_key{
        Errc::invalid, "private key: an RSA key in PEM without a password is accepted"};
    const std::unique_ptr<BIO, FreeBio> bio(
        BIO_new_mem_buf(pem_key.data(), static_cast<int>(pem_key.size()))
    );
    SLUICE_ASSERT(bio);
    const std::unique_ptr<EVP_PKEY, FreeKey> key(
        PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr)
    );
    ERR_clear_error(); // of this thread; TLS looks at it after its own calls
    if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA)
        return no_key;

    const Context context(EVP_MD_CTX_new());
    const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
    std::size_t size = 0;
    if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1 ||
        EVP_DigestSign(context.get(), nullptr, &size, bytes, message.size()) != 1)
        return no_key;
    std::string signature(size, '\0');
    auto* target = reinterpret_cast<unsigned char*>(signature.data());
    if (EVP_DigestSign(context.get(), target, &size, bytes, message.size()) != 1)
        return no_key;
    signature.resize(size);
    return signature;
}

} // namespace sluice
