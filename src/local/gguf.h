/* gguf.h - reads the GGUF container: metadata and a table of tensors over mapped bytes.
 *
 * Versions 2 and 3, little endian. Nothing is copied: texts and tensors point into the
 * bytes given, which must outlive the Gguf. Every count, length, offset and dimension is
 * checked against the size of the file before it is used. */
#ifndef LOCAL_GGUF_H
#define LOCAL_GGUF_H

#include "base/map.h"

typedef enum GgufType {
    GGUF_U8,
    GGUF_I8,
    GGUF_U16,
    GGUF_I16,
    GGUF_U32,
    GGUF_I32,
    GGUF_F32,
    GGUF_BOOL,
    GGUF_STRING,
    GGUF_ARRAY,
    GGUF_U64,
    GGUF_I64,
    GGUF_F64,
    GGUF_N_TYPES,
} GgufType;

typedef struct GgufValue {
    GgufType type;
    GgufType element; /* of an array */
    uint64_t count;   /* elements of an array, else 1 */
    Str bytes;        /* a string's text; else the encoded value or elements */
} GgufValue;

/* How numbers of a tensor are stored; the codes are the file's. */
typedef enum TensorType {
    TENSOR_F32 = 0,
    TENSOR_F16 = 1,
    TENSOR_Q8_0 = 8, /* blocks of 32: a half-precision scale and 32 signed bytes */
} TensorType;

enum { GGUF_DIMENSIONS = 4, Q8_BLOCK = 32, Q8_BLOCK_BYTES = 34 };

typedef struct GgufTensor {
    Str name;
    TensorType type;
    uint64_t dim[GGUF_DIMENSIONS]; /* dim[0] is contiguous; unused ones are 1 */
    uint64_t row_bytes;            /* bytes of dim[0] numbers */
    uint64_t elements;
    const unsigned char *data;
    bool used; /* set by the reader of the network, to find tensors it does not know */
} GgufTensor;

typedef struct Gguf {
    Map meta;            /* GgufValue */
    Map tensors;         /* GgufTensor */
    uint64_t parameters; /* numbers in all tensors */
} Gguf;

Status gguf_read(Arena *arena, Str bytes, Gguf *out, Err *err) MUST_CHECK;

/* Metadata by key. The _or forms give `otherwise` when the key is absent; a value of
 * another type or outside low..high is an error naming the key. */
const GgufValue *gguf_get(const Gguf *g, const char *key);
Status gguf_text(const Gguf *g, const char *key, Str otherwise, Str *out, Err *err) MUST_CHECK;
Status gguf_bool(const Gguf *g, const char *key, bool otherwise, bool *out, Err *err) MUST_CHECK;
Status gguf_float(const Gguf *g, const char *key, double otherwise, double *out,
                  Err *err) MUST_CHECK;

typedef struct GgufRange {
    uint64_t low, high;
} GgufRange;

/* E_MISSING when absent. */
Status gguf_uint(const Gguf *g, const char *key, GgufRange range, uint32_t *out,
                 Err *err) MUST_CHECK;
Status gguf_uint_or(const Gguf *g, const char *key, GgufRange range, uint32_t otherwise,
                    uint32_t *out, Err *err) MUST_CHECK;

/* The next string of an array of strings; *at starts at 0. */
Str gguf_next_string(const GgufValue *strings, size_t *at);
/* Element `index` of an array of four-byte numbers. */
float gguf_float_at(const GgufValue *array, size_t index);
uint32_t gguf_u32_at(const GgufValue *array, size_t index);

/* Little-endian numbers at any alignment. */
uint16_t gguf_load16(const void *at);
uint32_t gguf_load32(const void *at);

#endif
