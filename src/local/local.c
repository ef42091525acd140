/* local.c - loading and describing models. */
#include "local/local.h"

#include "local/network.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static Str token_text(const Vocab *v, int32_t token)
{
    return token == NO_TOKEN ? STR("") : v->pieces[token].text;
}

static Status load_parts(LocalModel *m, Err *err)
{
    SCOPED_ARENA(scratch);
    Gguf g;
    Str architecture;
    TRY(gguf_read(&scratch, m->bytes, &g, err));
    TRY(gguf_text(&g, "general.architecture", (Str){0}, &architecture, err));
    if (!str_eqc(architecture, "llama"))
        return err_set(err, E_PARSE,
                       "its architecture is \"" STR_FMT "\"; only \"llama\" can be run",
                       STR_ARG(architecture));
    TRY(vocab_load(&m->arena, &g, &m->vocab, err));
    TRY(network_load(&m->arena, &g, m->vocab.len, &m->net, err));
    TRY(gguf_text(&g, "general.name", (Str){0}, &m->info.name, err));
    TRY(gguf_text(&g, "tokenizer.chat_template", (Str){0}, &m->info.chat_template, err));
    m->info.begin_text = token_text(&m->vocab, m->vocab.begin);
    m->info.end_text = token_text(&m->vocab, m->vocab.end);
    m->info.context = m->net.context;
    m->info.vocabulary = (uint32_t)m->vocab.len;
    m->info.layers = m->net.n_layers;
    m->info.width = m->net.width;
    /* A separate output matrix that repeats the embedding is one set of parameters. */
    const Matrix *in = &m->net.embedding, *out = &m->net.output;
    bool tied = in->data != out->data && in->type == out->type &&
                !memcmp(in->data, out->data, in->row_bytes * in->rows);
    m->info.parameters = g.parameters - (tied ? (uint64_t)in->rows * in->cols : 0);
    m->kernel = kernel_best();
    return OK;
}

static Status load(LocalModel source, const char *name, LocalModel **out, Err *err)
{
    LocalModel *m = malloc(sizeof *m);
    if (!m) {
        if (source.mapped)
            munmap((void *)(uintptr_t)source.bytes.ptr, source.bytes.len);
        return err_set(err, E_LIMIT, "no memory for model \"%s\"", name);
    }
    *m = source;
    if (load_parts(m, err) != OK) {
        local_free(m);
        return err_wrap(err, "cannot load model \"%s\"", name);
    }
    *out = m;
    return OK;
}

Status local_load_bytes(Str bytes, const char *name, LocalModel **out, Err *err)
{
    return load((LocalModel){.bytes = bytes}, name, out, err);
}

Status local_load(const char *path, LocalModel **out, Err *err)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return err_set(err, errno == ENOENT ? E_MISSING : E_IO, "could not open model \"%s\": %s",
                       path, strerror(errno));
    struct stat st;
    void *bytes = MAP_FAILED;
    if (fstat(file, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
        bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    close(file);
    if (bytes == MAP_FAILED)
        return err_set(err, E_IO, "could not read model \"%s\": it is empty or not a file", path);
    Str all = {bytes, (size_t)st.st_size};
    return load((LocalModel){.bytes = all, .mapped = true}, path, out, err);
}

void local_free(LocalModel *model)
{
    if (!model)
        return;
    if (model->mapped)
        munmap((void *)(uintptr_t)model->bytes.ptr, model->bytes.len);
    arena_free(&model->arena);
    free(model);
}

LocalInfo local_info(const LocalModel *model)
{
    return model->info;
}

Status local_tokenize(const LocalModel *model, LocalPrompt prompt, bool start, Arena *arena,
                      TokenVec *out, Err *err)
{
    TokenVec tokens = {0};
    bool has_it = prompt.chat && model->info.begin_text.len &&
                  str_starts(prompt.text, model->info.begin_text);
    if (start && model->vocab.add_begin && !has_it)
        vec_push(arena, &tokens, model->vocab.begin);
    TRY(vocab_encode(&model->vocab, prompt, arena, &tokens, err));
    *out = tokens;
    return OK;
}
