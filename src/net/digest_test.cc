// SPDX-License-Identifier: Apache-2.0
#include "net/digest.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

namespace sluice::digest_test {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Key rsa_key()
{
    return {EVP_RSA_gen(1024), EVP_PKEY_free};
}

std::string pem_of(const Key& key, const char* password = nullptr)
{
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
    const EVP_CIPHER* cipher = password ? EVP_aes_128_cbc() : nullptr;
    std::string secret = password ? password : "";
    auto* bytes = reinterpret_cast<unsigned char*>(secret.data());
    PEM_write_bio_PrivateKey(
        bio.get(), key.get(), cipher, password ? bytes : nullptr, static_cast<int>(secret.size()),
        nullptr, nullptr
    );
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

bool verifies(const Key& key, std::string_view message, const std::string& signature)
{
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(
        EVP_MD_CTX_new(), EVP_MD_CTX_free
    );
    EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get());
    const auto* given = reinterpret_cast<const unsigned char*>(signature.data());
    const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
    return EVP_DigestVerify(context.get(), given, signature.size(), bytes, message.size()) == 1;
}

TEST(Digest, agrees_with_published_vectors)
{
    EXPECT_EQ(
        encode_hex(sha256("abc")),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    EXPECT_EQ(
        encode_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    EXPECT_EQ(encode_hex(md5("")), "d41d8cd98f00b204e9800998ecf8427e");
    EXPECT_EQ(encode_hex(md5("message digest")), "f96b697d7cb7938d525a2f31aaf161d0");
}

TEST(Digest, of_pieces_is_that_of_the_whole)
{
    Md5Sum sum;
    sum.add("message ");
    sum.add("");
    sum.add("digest");

    EXPECT_EQ(sum.end(), md5("message digest"));
}

TEST(Rs256, is_a_signature_that_others_accept)
{
    const Key key = rsa_key();

    const Result<std::string> signature = sign_rs256(pem_of(key), "header.claims");

    ASSERT_TRUE(signature) << signature.error().detail;
    EXPECT_TRUE(verifies(key, "header.claims", *signature));
    EXPECT_FALSE(verifies(key, "header.other", *signature));
}

TEST(Rs256, takes_rsa_keys_without_a_password_only_and_never_tells_what_it_got)
{
    const Key elliptic{EVP_EC_gen("P-256"), EVP_PKEY_free};
    const std::string cut = pem_of(rsa_key()).substr(0, 300);
    for (const std::string& pem :
         {std::string(), std::string("planted-secret"), cut, pem_of(elliptic),
          pem_of(rsa_key(), "password")}) {
        const Result<std::string> signature = sign_rs256(pem, "message");
        ASSERT_FALSE(signature);
        EXPECT_EQ(signature.error().code, Errc::invalid);
        EXPECT_EQ(
            signature.error().detail,
            "private key: an RSA key in PEM without a password is accepted"
        );
    }
}

} // namespace
} // namespace sluice::digest_test
