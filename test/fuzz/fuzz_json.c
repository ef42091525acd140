/* fuzz_json.c - accepts and refuses exactly what jansson does; what is accepted survives a
 * write and a second reading. */
#include "base/json.h"

#include <dlfcn.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* jansson's names clash with ours, so it is loaded at run time and declared here:
 * json_loadb(bytes, size, flags, error) and the error's layout (jansson 2.14). */
typedef struct JanssonError {
    int line, column, position;
    char source[80];
    char text[160]; /* the last byte is the error code */
} JanssonError;

enum {
    REJECT_DUPLICATES = 0x1,
    DECODE_ANY = 0x4,
    DECODE_INT_AS_REAL = 0x8,
    ALLOW_NUL = 0x10,
    STACK_OVERFLOW = 2,
    NUL_IN_KEY = 13,
    NUMERIC_OVERFLOW = 15,
};

typedef void *(*LoadBytes)(const char *, size_t, size_t, JanssonError *);

static LoadBytes jansson_load(void)
{
    static LoadBytes load;
    if (!load) {
        void *library = dlopen("libjansson.so.4", RTLD_NOW | RTLD_LOCAL);
        void *symbol = library ? dlsym(library, "json_loadb") : NULL;
        if (!symbol)
            abort();
        memcpy(&load, &symbol, sizeof load);
    }
    return load;
}

/* The values are left to leak: freeing one needs jansson's macros. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

/* jansson cannot hold numbers past a double or NUL in a key; those inputs are not compared. */
static bool jansson_gives_up(const JanssonError *e)
{
    char code = e->text[sizeof e->text - 1];
    return code == NUMERIC_OVERFLOW || code == STACK_OVERFLOW || code == NUL_IN_KEY;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED_ARENA(a);
    Json value, again;
    Str text = {(const char *)data, size};
    Err err = {0};
    bool ours = json_parse(&a, text, &value, &err) == OK;
    JanssonError e = {0};
    bool theirs =
        jansson_load()((const char *)data, size,
                       REJECT_DUPLICATES | DECODE_ANY | DECODE_INT_AS_REAL | ALLOW_NUL, &e) != NULL;
    bool deep = !ours && strstr(err.msg, "nested too deeply");
    /* RFC 8259 has no place for a bare NUL: it is no white space (section 2) and must be escaped
     * in a string (section 7). jansson takes one between values for the end of the text, as in
     * "4\0...", so here the RFC is the oracle and not jansson. */
    bool has_nul = size && memchr(data, 0, size);
    if (has_nul ? ours : ours != theirs && !deep && !(ours && jansson_gives_up(&e)))
        abort();
    if (!ours)
        return 0;
    Str dumped = json_dump(&a, &value);
    if (json_parse(&a, dumped, &again, &err) != OK || !json_equal(&value, &again))
        abort();
    return 0;
}
