/* first_token.h - when the first piece of an answer came, of replies that are streams. Private to
 * model/. */
#ifndef MODEL_FIRST_TOKEN_H
#define MODEL_FIRST_TOKEN_H

#include "net/http.h"

/* Sets on_data and user of a request whose reply will be a stream, in its arena. */
void first_token_watch(HttpRequest *http, Arena *arena);

/* Seconds to the first event with text, answer or thinking; < 0 when none or not watched. */
double first_token_at(const HttpReply *reply);

#endif
