/* local.c - the local provider: GGUF models that run in the process. */
#include "local/local.h"
#include "base/asset.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "model/chat_template.h"
#include "model/inline_reply.h"
#include "model/providers.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEFAULT_MAX_TOKENS = 256 };

/* A model's private_data. */
typedef struct Opened {
    LocalModel *weights;
    Template *chat; /* or NULL */
    Str no_chat;    /* why there is no chat template */
    ChatTokens tokens;
} Opened;

/* The hash of a file's content, so that a replaced file does not answer from the cache. */
static Status hash_file(Arena *arena, const char *path, Str *out, Err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0 || st.st_size <= 0) {
        err_set(err, E_MISSING, "could not read \"%s\": %s", path,
                fd < 0 ? strerror(errno) : "it is empty");
        if (fd >= 0)
            close(fd);
        return E_MISSING;
    }
    void *bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (bytes == MAP_FAILED)
        return err_set(err, E_IO, "could not map \"%s\": %s", path, strerror(errno));
    *out = hash_hex(arena, hash_bytes((Str){bytes, (size_t)st.st_size}));
    munmap(bytes, (size_t)st.st_size);
    return OK;
}

/* "tiny-4" is share/models/tiny-4.gguf in the program, unless such a file lies here. */
static bool built_in(Arena *arena, Str name, Str *bytes)
{
    Str ext = str_ends(name, STR(".gguf")) ? str_from(NULL) : STR(".gguf");
    Str asset = str_printf(arena, "share/models/%s%s", str_z(arena, name), str_z(arena, ext));
    return asset_find(asset, bytes);
}

static Status list_known(const char *path, Err *err)
{
    SCOPED_ARENA(arena);
    StrBuf names = strbuf_make(&arena, 600);
    Str name, content;
    for (size_t i = 0; asset_at(i, &name, &content); i++)
        if (str_starts(name, STR("share/models/")) && str_ends(name, STR(".gguf")))
            strbuf_addf(&names, "%s" STR_FMT, names.len ? ", " : "", STR_ARG(path_stem(name)));
    return err_set(err, E_MISSING, "there is no file \"%s\", and built in are only %s", path,
                   strbuf_str(&names).ptr);
}

/* A model whose template cannot be read still takes plain prompts. */
static void open_chat(Arena *arena, const ModelSpec *spec, Opened *o)
{
    LocalInfo info = local_info(o->weights);
    Err err = {0};
    Str name = str_printf(arena, "chat template of " STR_FMT, STR_ARG(spec->address));
    o->tokens = (ChatTokens){info.begin_text, info.end_text};
    if (!info.chat_template.len)
        o->no_chat = STR("its file has no chat template (tokenizer.chat_template); "
                         "use plain prompts");
    else if (chat_template_parse(arena, info.chat_template, name.ptr, &o->chat, &err) != OK)
        o->no_chat = str_copy(arena, str_from(err.msg));
}

static Status local_open(Arena *arena, const ModelSpec *spec, Model *model, Err *err)
{
    const char *path = str_z(arena, spec->address);
    Opened *opened = ARENA_NEW(arena, Opened);
    Str bytes;
    if (file_exists(path)) {
        TRY(hash_file(arena, path, &model->identity, err));
        TRY(local_load(path, &opened->weights, err));
    } else if (built_in(arena, spec->address, &bytes)) {
        model->identity = hash_hex(arena, hash_bytes(bytes));
        TRY(local_load_bytes(bytes, path, &opened->weights, err));
    } else {
        return list_known(path, err);
    }
    open_chat(arena, spec, opened);
    model->private_data = opened;
    if (model->price_in < 0)
        model->price_in = 0; /* nobody is paid */
    if (model->price_out < 0)
        model->price_out = 0;
    return OK;
}

static void local_close(Model *model)
{
    Opened *opened = model->private_data;
    local_free(opened->weights);
}

static Status session_new(const Model *model, void **session, Err *err)
{
    const Opened *opened = model->private_data;
    LocalSession *made;
    TRY(local_session(opened->weights, &made, err));
    *session = made;
    return OK;
}

static void session_free(void *session)
{
    local_session_free(session);
}

static Status generate(LocalSession *session, const ModelRequest *r, LocalPrompt prompt,
                       Arena *arena, ModelReply *out, Err *err)
{
    LocalSampling sampling = {
        .max_tokens = r->max_tokens < 0 ? DEFAULT_MAX_TOKENS : r->max_tokens,
        .temperature = r->temperature < 0 ? 0 : r->temperature,
        .top_p = r->top_p < 0 ? 1 : r->top_p,
        /* repeats of a sampled answer differ, each repeatably */
        .seed = (uint64_t)(r->seed < 0 ? 0 : r->seed) + (uint64_t)r->repeat,
        .stop = r->stop,
        .n_stop = r->n_stop,
    };
    LocalText text;
    TRY(local_generate(session, prompt, &sampling, arena, &text, err));
    out->text = text.text;
    out->finish = text.finish == LOCAL_LENGTH ? FINISH_LENGTH : FINISH_STOP;
    out->finish_raw = text.finish == LOCAL_LENGTH ? STR("length") : STR("stop");
    out->prompt_tokens = text.prompt_tokens;
    out->completion_tokens = text.completion_tokens;
    return OK;
}

static Status score(LocalSession *session, const ModelRequest *r, LocalPrompt prompt, Arena *arena,
                    ModelReply *out, Err *err)
{
    LocalScore s;
    double *choices = NULL;
    if (r->n_choices)
        choices = arena_array(arena, r->n_choices, sizeof *choices);
    for (size_t i = 0; i < r->n_choices; i++) {
        TRY(local_score(session, prompt, r->choices[i], &s, err));
        choices[i] = s.logprob;
    }
    TRY(local_score(session, prompt, r->continuation, &s, err));
    out->logprob = s.logprob;
    out->greedy = s.greedy;
    out->choice_logprobs = choices;
    out->prompt_tokens = s.prompt_tokens;
    out->completion_tokens = 0;
    out->finish = FINISH_STOP;
    return OK;
}

static Status chat_ready(const Model *model, Err *err)
{
    const Opened *opened = model->private_data;
    if (opened->chat)
        return OK;
    return err_set(err, E_USAGE, "model \"" STR_FMT "\" cannot take messages: " STR_FMT,
                   STR_ARG(model->spec.name), STR_ARG(opened->no_chat));
}

static Status chat_text(const Model *model, const Json *messages, Arena *arena, Str *out, Err *err)
{
    const Opened *opened = model->private_data;
    return chat_template_render(opened->chat, messages, opened->tokens, arena, out, err);
}

static Status answer_request(const Model *model, LocalSession *session, const ModelRequest *r,
                             Arena *arena, ModelReply *out, Err *err)
{
    LocalPrompt prompt = local_plain(r->prompt);
    local_session_halt(session, r->halt);
    if (r->messages) {
        prompt.chat = true;
        TRY(chat_text(model, r->messages, arena, &prompt.text, err));
    }
    return r->kind == REQUEST_SCORE ? score(session, r, prompt, arena, out, err)
                                    : generate(session, r, prompt, arena, out, err);
}

static void answer(const Model *model, void *session, const ModelRequest *r, Arena *arena,
                   ModelReply *out)
{
    const Opened *opened = model->private_data;
    if (r->messages && !opened->chat) {
        *out = inline_failure(arena, "model \"" STR_FMT "\" cannot take messages: " STR_FMT,
                              STR_ARG(model->spec.name), STR_ARG(opened->no_chat));
        out->fatal = true;
        return;
    }
    double start = clock_seconds();
    Err err = {0};
    ModelReply reply = inline_reply(REPLY_OK);
    Status status = answer_request(model, session, r, arena, &reply, &err);
    reply.seconds = clock_seconds() - start;
    reply.served_model = model->spec.model;
    *out = status == OK ? reply : inline_failure(arena, "%s", err.msg);
}

const Provider provider_local = {
    .name = "local",
    .help = "GGUF models that run in the process, built in (local:tiny-4) or from a file",
    .open = local_open,
    .close = local_close,
    .can_generate = true,
    .can_score = true,
    .has_chat = true,
    .chat_ready = chat_ready,
    .chat_text = chat_text,
    .session_new = session_new,
    .session_free = session_free,
    .answer = answer,
};
