/* test_sha256.c - the examples of FIPS 180-4 and the lengths around a block. */
#include "base/sha1.h"
#include "base/sha256.h"

#include "test.h"

TEST(sha256_hashes_the_standard_examples)
{
    SCOPED_ARENA(a);
    CHECK_STR(sha256_hex(&a, STR("")),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK_STR(sha256_hex(&a, STR("abc")),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK_STR(sha256_hex(&a, STR("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(sha256_pads_at_block_ends)
{
    SCOPED_ARENA(a);
    char text[64];
    memset(text, 'a', sizeof text);
    CHECK_STR(sha256_hex(&a, (Str){text, 55}),
              "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
    CHECK_STR(sha256_hex(&a, (Str){text, 64}),
              "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
}

/* FIPS 180-4's examples, and the name that git gives an empty blob. */
TEST(sha1_gives_the_published_digests)
{
    SCOPED_ARENA(a);
    CHECK_STR(sha1_hex(&a, STR("abc"), (Str){0}), "a9993e364706816aba3e25717850c26c9cd0d89d");
    CHECK_STR(
        sha1_hex(&a, STR("abcdbcdecdefdefgefghfghighij"), STR("hijkijkljklmklmnlmnomnopnopq")),
        "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
    CHECK_STR(sha1_hex(&a, STR("blob 0\0"), (Str){0}), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
}
