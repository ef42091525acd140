/* gguf.c - the GGUF container: header, metadata, tensor table, data.
 *
 *   "GGUF" version:u32 n_tensors:u64 n_meta:u64
 *   n_meta    x { key:string type:u32 value }
 *   n_tensors x { name:string n_dims:u32 dim:u64[n_dims] type:u32 offset:u64 }
 *   padding to general.alignment, then the data that the offsets count from
 *
 * A string is length:u64 and bytes; an array is type:u32 count:u64 and elements. */
#include "local/gguf.h"

#include "base/limits.h"

enum { MIN_META = 13, MIN_TENSOR = 32, DEFAULT_ALIGNMENT = 32 }; /* least bytes of an entry */

static const uint8_t fixed_size[GGUF_N_TYPES] = {
    [GGUF_U8] = 1,  [GGUF_I8] = 1,  [GGUF_U16] = 2,  [GGUF_I16] = 2, [GGUF_U32] = 4, [GGUF_I32] = 4,
    [GGUF_F32] = 4, [GGUF_BOOL] = 1, [GGUF_U64] = 8, [GGUF_I64] = 8, [GGUF_F64] = 8,
};

/* Where reading stands, and what is being read, for the errors. */
typedef struct Cursor {
    Str bytes;
    size_t at;
    const char *kind; /* "header", "metadata", "tensor" */
    Str name;         /* of the entry; empty while not known */
    uint64_t index;   /* of the entry */
    Err *err;
} Cursor;

static Status complain(const Cursor *c, const char *what)
{
    if (c->name.len)
        return err_set(c->err, E_PARSE, "%s \"" STR_FMT "\" %s", c->kind, STR_ARG(c->name), what);
    return err_set(c->err, E_PARSE, "%s entry %llu %s", c->kind, (unsigned long long)c->index, what);
}

static Status take(Cursor *c, uint64_t size, Str *out)
{
    if (size > c->bytes.len - c->at)
        return complain(c, "ends past the end of the file");
    *out = (Str){c->bytes.ptr + c->at, (size_t)size};
    c->at += (size_t)size;
    return OK;
}

uint16_t gguf_load16(const void *at)
{
    const unsigned char *p = at;
    return (uint16_t)(p[0] | p[1] << 8);
}

uint32_t gguf_load32(const void *at)
{
    const unsigned char *p = at;
    return (uint32_t)gguf_load16(p) | (uint32_t)gguf_load16(p + 2) << 16;
}

static uint64_t load64(const void *at)
{
    const unsigned char *p = at;
    return (uint64_t)gguf_load32(p) | (uint64_t)gguf_load32(p + 4) << 32;
}

static Status take_u32(Cursor *c, uint32_t *out)
{
    if (c->bytes.len - c->at < 4)
        return complain(c, "ends past the end of the file");
    *out = gguf_load32(c->bytes.ptr + c->at);
    c->at += 4;
    return OK;
}

static Status take_u64(Cursor *c, uint64_t *out)
{
    if (c->bytes.len - c->at < 8)
        return complain(c, "ends past the end of the file");
    *out = load64(c->bytes.ptr + c->at);
    c->at += 8;
    return OK;
}

static Status take_string(Cursor *c, Str *out)
{
    uint64_t len = 0;
    TRY(take_u64(c, &len));
    return take(c, len, out);
}

static Status take_array(Cursor *c, GgufValue *out)
{
    uint32_t element = 0;
    TRY(take_u32(c, &element));
    TRY(take_u64(c, &out->count));
    if (element >= GGUF_N_TYPES || element == GGUF_ARRAY)
        return complain(c, "is an array of an unknown type");
    out->element = (GgufType)element;
    if (element != GGUF_STRING) {
        uint64_t size;
        if (__builtin_mul_overflow(out->count, (uint64_t)fixed_size[element], &size))
            size = UINT64_MAX;
        return take(c, size, &out->bytes);
    }
    size_t start = c->at;
    for (uint64_t i = 0; i < out->count; i++) {
        Str ignored;
        TRY(take_string(c, &ignored));
    }
    out->bytes = str_slice(c->bytes, start, c->at);
    return OK;
}

static Status take_value(Cursor *c, GgufValue *out)
{
    uint32_t type;
    TRY(take_u32(c, &type));
    if (type >= GGUF_N_TYPES)
        return complain(c, "has an unknown type");
    *out = (GgufValue){.type = (GgufType)type, .count = 1};
    if (type == GGUF_ARRAY)
        return take_array(c, out);
    if (type == GGUF_STRING)
        return take_string(c, &out->bytes);
    return take(c, fixed_size[type], &out->bytes);
}

static Status read_meta(Arena *arena, Cursor *c, uint64_t count, Map *out)
{
    c->kind = "metadata";
    for (c->index = 0; c->index < count; c->index++) {
        GgufValue *value = ARENA_NEW(arena, GgufValue);
        Str key;
        c->name = (Str){0};
        TRY(take_string(c, &key));
        c->name = key;
        TRY(take_value(c, value));
        if (!map_set(arena, out, key, value))
            return complain(c, "appears twice");
    }
    return OK;
}

/* The sizes that follow from type and dimensions, without overflow. */
static Status measure(const Cursor *c, GgufTensor *t)
{
    t->elements = 1;
    for (size_t i = 0; i < GGUF_DIMENSIONS; i++)
        if (!t->dim[i] || __builtin_mul_overflow(t->elements, t->dim[i], &t->elements) ||
            t->elements > UINT64_MAX / 8)
            return complain(c, "has an impossible dimension");
    switch (t->type) {
    case TENSOR_F32:
        t->row_bytes = t->dim[0] * 4;
        return OK;
    case TENSOR_F16:
        t->row_bytes = t->dim[0] * 2;
        return OK;
    case TENSOR_Q8_0:
        if (t->dim[0] % Q8_BLOCK)
            return complain(c, "is Q8_0 but its rows are not whole blocks of 32");
        t->row_bytes = t->dim[0] / Q8_BLOCK * Q8_BLOCK_BYTES;
        return OK;
    default:
        return err_set(c->err, E_PARSE,
                       "tensor \"" STR_FMT "\" has type %d; only F32, F16 and Q8_0 can be read",
                       STR_ARG(t->name), (int)t->type);
    }
}

static Status take_tensor(Cursor *c, GgufTensor *t, uint64_t *offset)
{
    uint32_t n_dims, type;
    c->name = (Str){0};
    TRY(take_string(c, &t->name));
    c->name = t->name;
    TRY(take_u32(c, &n_dims));
    if (!n_dims || n_dims > GGUF_DIMENSIONS)
        return complain(c, "must have 1 to 4 dimensions");
    for (size_t i = 0; i < GGUF_DIMENSIONS; i++)
        t->dim[i] = 1;
    for (size_t i = 0; i < n_dims; i++)
        TRY(take_u64(c, &t->dim[i]));
    TRY(take_u32(c, &type));
    t->type = (TensorType)type;
    TRY(take_u64(c, offset));
    return measure(c, t);
}

/* Gives every tensor its data, once the table's end says where data starts. */
static Status place(Cursor *c, uint64_t alignment, const uint64_t *offsets, Gguf *g)
{
    uint64_t start = (c->at + alignment - 1) / alignment * alignment;
    for (size_t i = 0; i < g->tensors.len; i++) {
        GgufTensor *t = g->tensors.entries[i].value;
        uint64_t end, size = t->row_bytes * (t->elements / t->dim[0]);
        c->name = t->name;
        if (offsets[i] % alignment)
            return complain(c, "is not aligned");
        if (__builtin_add_overflow(start, offsets[i], &end) ||
            __builtin_add_overflow(end, size, &end) || end > c->bytes.len)
            return complain(c, "ends past the end of the file");
        t->data = (const unsigned char *)c->bytes.ptr + (end - size);
        if (__builtin_add_overflow(g->parameters, t->elements, &g->parameters))
            return complain(c, "makes the network too large");
    }
    return OK;
}

static Status read_tensors(Arena *arena, Cursor *c, uint64_t count, Gguf *g)
{
    uint32_t alignment;
    TRY(gguf_uint_or(g, "general.alignment", (GgufRange){1, MIB}, DEFAULT_ALIGNMENT, &alignment,
                     c->err));
    uint64_t *offsets = arena_array(arena, (size_t)count, sizeof *offsets);
    c->kind = "tensor";
    for (c->index = 0; c->index < count; c->index++) {
        GgufTensor *t = ARENA_NEW(arena, GgufTensor);
        TRY(take_tensor(c, t, &offsets[c->index]));
        if (!map_set(arena, &g->tensors, t->name, t))
            return complain(c, "appears twice");
    }
    return place(c, alignment, offsets, g);
}

Status gguf_read(Arena *arena, Str bytes, Gguf *out, Err *err)
{
    Cursor c = {.bytes = bytes, .kind = "header", .name = STR("GGUF"), .err = err};
    if (!str_starts(bytes, STR("GGUF")))
        return err_set(err, E_PARSE, "it is not a GGUF file");
    c.at = 4;
    uint32_t version;
    uint64_t n_tensors, n_meta;
    TRY(take_u32(&c, &version));
    if (version != 2 && version != 3)
        return err_set(err, E_PARSE, "GGUF version %u cannot be read, only 2 and 3%s", version,
                       version && !(version & 0xFFFF) ? " (the file is big endian)" : "");
    TRY(take_u64(&c, &n_tensors));
    TRY(take_u64(&c, &n_meta));
    if (n_meta > bytes.len / MIN_META || n_meta > LIMIT_GGUF_ENTRIES)
        return err_set(err, E_PARSE, "header counts more metadata than the file can hold");
    if (n_tensors > bytes.len / MIN_TENSOR || n_tensors > LIMIT_GGUF_ENTRIES)
        return err_set(err, E_PARSE, "header counts more tensors than the file can hold");
    Gguf g = {0};
    TRY(read_meta(arena, &c, n_meta, &g.meta));
    TRY(read_tensors(arena, &c, n_tensors, &g));
    *out = g;
    return OK;
}

const GgufValue *gguf_get(const Gguf *g, const char *key)
{
    return map_get(&g->meta, str_from(key));
}

static Status mistyped(const char *key, const char *want, Err *err)
{
    return err_set(err, E_PARSE, "metadata \"%s\" must be %s", key, want);
}

Status gguf_text(const Gguf *g, const char *key, Str otherwise, Str *out, Err *err)
{
    const GgufValue *v = gguf_get(g, key);
    if (v && v->type != GGUF_STRING)
        return mistyped(key, "a string", err);
    *out = v ? v->bytes : otherwise;
    return OK;
}

Status gguf_bool(const Gguf *g, const char *key, bool otherwise, bool *out, Err *err)
{
    const GgufValue *v = gguf_get(g, key);
    if (v && v->type != GGUF_BOOL)
        return mistyped(key, "true or false", err);
    *out = v ? v->bytes.ptr[0] != 0 : otherwise;
    return OK;
}

static float load_float(const void *at)
{
    uint32_t bits = gguf_load32(at);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

Status gguf_float(const Gguf *g, const char *key, double otherwise, double *out, Err *err)
{
    const GgufValue *v = gguf_get(g, key);
    if (v && v->type != GGUF_F32)
        return mistyped(key, "a 32-bit float", err);
    *out = v ? (double)load_float(v->bytes.ptr) : otherwise;
    return OK;
}

/* An unsigned or a signed integer that is not negative. */
static bool whole(const GgufValue *v, uint64_t *out)
{
    static const bool is_signed[GGUF_N_TYPES] = {
        [GGUF_I8] = true, [GGUF_I16] = true, [GGUF_I32] = true, [GGUF_I64] = true};
    if (v->type == GGUF_F32 || v->type == GGUF_F64 || v->type == GGUF_BOOL ||
        v->type == GGUF_STRING || v->type == GGUF_ARRAY)
        return false;
    uint64_t value = 0;
    for (size_t i = 0; i < v->bytes.len; i++)
        value |= (uint64_t)(unsigned char)v->bytes.ptr[i] << (8 * i);
    if (is_signed[v->type] && v->bytes.ptr[v->bytes.len - 1] & 0x80)
        return false;
    *out = value;
    return true;
}

Status gguf_uint(const Gguf *g, const char *key, GgufRange range, uint32_t *out, Err *err)
{
    const GgufValue *v = gguf_get(g, key);
    uint64_t value;
    if (!v)
        return err_set(err, E_MISSING, "metadata \"%s\" is missing", key);
    if (!whole(v, &value) || value < range.low || value > range.high)
        return err_set(err, E_PARSE, "metadata \"%s\" must be a whole number from %llu to %llu", key,
                       (unsigned long long)range.low, (unsigned long long)range.high);
    *out = (uint32_t)value;
    return OK;
}

Status gguf_uint_or(const Gguf *g, const char *key, GgufRange range, uint32_t otherwise,
                    uint32_t *out, Err *err)
{
    if (gguf_get(g, key))
        return gguf_uint(g, key, range, out, err);
    *out = otherwise;
    return OK;
}

Str gguf_next_string(const GgufValue *strings, size_t *at)
{
    uint64_t len = load64(strings->bytes.ptr + *at);
    Str text = str_slice(strings->bytes, *at + 8, *at + 8 + (size_t)len);
    *at += 8 + text.len;
    return text;
}

float gguf_float_at(const GgufValue *array, size_t index)
{
    return load_float(array->bytes.ptr + 4 * index);
}

uint32_t gguf_u32_at(const GgufValue *array, size_t index)
{
    return gguf_load32(array->bytes.ptr + 4 * index);
}
