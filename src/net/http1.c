/* http1.c - the states of a reply:
 *
 *     HEAD -> LENGTH -> done          lines until an empty one; 1xx replies begin anew
 *          -> CLOSE  -> end of connection
 *          -> SIZE -> DATA -> AFTER -> SIZE ... -> TRAILER -> done        (chunked) */
#include "net/http1.h"

#include <ctype.h>

enum { HEAD, LENGTH, CLOSE, SIZE, EXTENSION, DATA, AFTER, TRAILER, FINISHED };
enum { SPENT_LIMIT = 1 << 20, SIZE_DIGITS = 15, LENGTH_DIGITS = 18 };

Http1 http1_reader(StrBuf *head, StrBuf *body)
{
    return (Http1){.head = head, .body = body, .phase = HEAD};
}

/* ---- the head ---- */

/* "HTTP/1.1 200 OK" */
static bool read_status(Http1 *h, Str line)
{
    const char *p = line.ptr;
    if (line.len < 12 || !str_starts(line, STR("HTTP/1.")) || !isdigit((unsigned char)p[7]) ||
        p[8] != ' ' || (line.len > 12 && p[12] != ' '))
        return false;
    for (int i = 9; i < 12; i++)
        if (!isdigit((unsigned char)p[i]))
            return false;
    h->status = (p[9] - '0') * 100 + (p[10] - '0') * 10 + (p[11] - '0');
    h->keep_alive = p[7] != '0';
    return h->status >= 100;
}

static bool read_length(Http1 *h, Str value)
{
    uint64_t length = 0;
    if (!value.len || value.len > LENGTH_DIGITS)
        return false;
    for (size_t i = 0; i < value.len; i++) {
        if (!isdigit((unsigned char)value.ptr[i]))
            return false;
        length = length * 10 + (uint64_t)(value.ptr[i] - '0');
    }
    if (h->has_length && length != h->left)
        return false; /* two lengths: no telling where the next reply begins */
    h->has_length = true;
    h->left = length;
    return true;
}

/* We ask for no coding but chunked, so there must be no other. */
static bool read_coding(Http1 *h, Str value)
{
    h->chunked = str_eq_nocase(value, STR("chunked"));
    return h->chunked;
}

static void read_connection(Http1 *h, Str value)
{
    while (value.ptr) {
        Str token = str_trim(str_split(&value, ','));
        if (str_eq_nocase(token, STR("close")))
            h->close_told = true;
        else if (str_eq_nocase(token, STR("keep-alive")))
            h->keep_alive = true;
    }
}

static bool read_field(Http1 *h, Str line)
{
    Str name = str_split(&line, ':');
    if (!line.ptr) /* no colon: an old continuation line, or rubbish that says nothing */
        return true;
    Str value = str_trim(line);
    switch (name.len) {
    case 10:
        if (str_eq_nocase(name, STR("Connection")))
            read_connection(h, value);
        return true;
    case 14:
        return !str_eq_nocase(name, STR("Content-Length")) || read_length(h, value);
    case 17:
        return !str_eq_nocase(name, STR("Transfer-Encoding")) || read_coding(h, value);
    default:
        return true;
    }
}

static Http1State end_head(Http1 *h)
{
    if (h->status == 101)
        return HTTP1_BAD; /* we asked for no other protocol */
    if (h->status < 200) {
        strbuf_clear(h->head);
        *h = http1_reader(h->head, h->body);
        return HTTP1_MORE;
    }
    if (h->chunked && h->has_length)
        h->close_told =
            true; /* RFC 9112 6.3: the coding counts, the connection is not to be trusted */
    if (h->status == 204 || h->status == 304) {
        h->phase = FINISHED;
    } else if (h->chunked) {
        h->phase = SIZE;
        h->left = 0;
    } else if (h->has_length) {
        h->phase = h->left ? LENGTH : FINISHED;
    } else {
        h->phase = CLOSE;
        h->close_told = true;
    }
    return HTTP1_MORE;
}

static Http1State take_line(Http1 *h)
{
    Str line = str_after(strbuf_str(h->head), h->line);
    while (line.len && (line.ptr[line.len - 1] == '\n' || line.ptr[line.len - 1] == '\r'))
        line.len--;
    h->line = h->head->len;
    if (!h->status)
        return read_status(h, line) ? HTTP1_MORE : HTTP1_BAD;
    if (!line.len)
        return end_head(h);
    return read_field(h, line) ? HTTP1_MORE : HTTP1_BAD;
}

static Http1State feed_head(Http1 *h, Str *bytes)
{
    const char *end = memchr(bytes->ptr, '\n', bytes->len);
    size_t n = end ? (size_t)(end - bytes->ptr) + 1 : bytes->len;
    strbuf_add(h->head, str_slice(*bytes, 0, n));
    *bytes = str_after(*bytes, n);
    if (h->head->failed)
        return HTTP1_BAD;
    return end ? take_line(h) : HTTP1_MORE;
}

/* ---- the body ---- */

static Http1State feed_bytes(Http1 *h, Str *bytes, int then)
{
    size_t n = h->left < bytes->len ? (size_t)h->left : bytes->len;
    strbuf_add(h->body, str_slice(*bytes, 0, n));
    *bytes = str_after(*bytes, n);
    h->left -= n;
    if (h->body->failed)
        return HTTP1_TOO_LARGE;
    if (!h->left)
        h->phase = then;
    return HTTP1_MORE;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static Http1State end_size(Http1 *h)
{
    if (!h->digits)
        return HTTP1_BAD;
    h->phase = h->left ? DATA : TRAILER;
    h->digits = 0;
    return HTTP1_MORE;
}

static Http1State size_char(Http1 *h, char c)
{
    int digit = hex_digit(c);
    if (c == '\n')
        return end_size(h);
    if (digit < 0) {
        h->phase = EXTENSION;
        return c == ';' || c == '\r' || c == ' ' || c == '\t' ? HTTP1_MORE : HTTP1_BAD;
    }
    h->left = h->left * 16 + (uint64_t)digit;
    return ++h->digits > SIZE_DIGITS ? HTTP1_BAD : HTTP1_MORE;
}

/* One character of what surrounds the data of chunks. */
static Http1State chunk_char(Http1 *h, char c)
{
    if (++h->spent > SPENT_LIMIT + h->body->len)
        return HTTP1_BAD;
    switch (h->phase) {
    case SIZE:
        return size_char(h, c);
    case EXTENSION:
        return c == '\n' ? end_size(h) : HTTP1_MORE;
    case AFTER:
        if (c == '\n')
            h->phase = SIZE;
        return c == '\n' || c == '\r' ? HTTP1_MORE : HTTP1_BAD;
    default: /* TRAILER */
        if (c == '\n' && !h->digits)
            h->phase = FINISHED;
        else if (c != '\r')
            h->digits = c == '\n' ? 0 : 1;
        return HTTP1_MORE;
    }
}

static Http1State step(Http1 *h, Str *bytes)
{
    switch (h->phase) {
    case HEAD:
        return feed_head(h, bytes);
    case LENGTH:
        return feed_bytes(h, bytes, FINISHED);
    case DATA:
        return feed_bytes(h, bytes, AFTER);
    case CLOSE:
        h->left = bytes->len + 1;
        return feed_bytes(h, bytes, CLOSE);
    default: {
        char c = bytes->ptr[0];
        *bytes = str_after(*bytes, 1);
        return chunk_char(h, c);
    }
    }
}

Http1State http1_feed(Http1 *h, Str bytes, size_t *used)
{
    Str rest = bytes;
    Http1State state = HTTP1_MORE;
    while (state == HTTP1_MORE && h->phase != FINISHED && rest.len)
        state = step(h, &rest);
    *used = bytes.len - rest.len;
    if (state == HTTP1_MORE && h->phase == FINISHED) {
        h->keep_alive = h->keep_alive && !h->close_told;
        return HTTP1_DONE;
    }
    return state;
}

Http1State http1_close(Http1 *h)
{
    h->keep_alive = false;
    return h->phase == CLOSE || h->phase == FINISHED ? HTTP1_DONE : HTTP1_BAD;
}
