/* encoding.h - what characters a text file is written in, and the same text as UTF-8.
 *
 * Found: UTF-8 with and without a byte order mark, UTF-16 with one, and GB18030 (GBK, GB2312)
 * when the bytes are no UTF-8 and read as common Chinese. Any other encoding has to be named. */
#ifndef PACK_ENCODING_H
#define PACK_ENCODING_H

#include "pack/expand.h"

typedef struct Encoding {
    const char *name; /* as iconv knows it: "UTF-8", "UTF-16LE", "GB18030" */
    size_t bom;       /* bytes of the mark at the start */
    bool sure;        /* false: bytes that are not UTF-8, and no other encoding is likely */
} Encoding;

Status encoding_detect(FileRange file, Encoding *out, Err *err) MUST_CHECK;

/* An encoding by a person's name for it; E_USAGE when the system does not know it. */
Status encoding_named(Arena *arena, Str name, FileRange file, Encoding *out, Err *err) MUST_CHECK;

/* The text behind the mark, as UTF-8. A byte that is no character becomes the byte 0xFF, which
 * is not UTF-8: whoever reads the record with it can name its line. */
Status encoding_convert(FileRange from, const Encoding *encoding, const Sink *to,
                        Err *err) MUST_CHECK;

#endif
