/* fuzz_foreign.c - any bytes as a log of lm-eval, inspect or OpenCompass: refused, or samples that
 * are objects, with finite scores and outcomes that agree with them. */
#include "eval/foreign.h"

#include <fcntl.h>
#include <math.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_run(const ForeignRun *run)
{
    for (size_t i = 0; i < run->samples.len; i++) {
        const ForeignSample *s = &run->samples.items[i];
        if (s->item.type != JSON_OBJECT || (s->error.len && s->outputs.len))
            abort();
        for (size_t k = 0; k < s->scores.len; k++)
            if (isnan(s->scores.items[k].value) || !run->metrics.len)
                abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct {
        const char *ext;
        Status (*read)(const char *, const ForeignRules *, Arena *, ForeignRun *, Err *);
    } readers[] = {{"jsonl", foreign_lm_eval},
                   {"json", foreign_inspect},
                   {"json", foreign_opencompass},
                   {"eval", foreign_inspect}};
    if (!size)
        return 0;
    SCOPED_ARENA(a);
    size_t which = data[0] % COUNT(readers);
    const char *path =
        str_printf(&a, "/tmp/assay-fuzz-f%d.%s", (int)getpid(), readers[which].ext).ptr;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, data + 1, size - 1) != (ssize_t)(size - 1))
        abort();
    close(fd);
    ForeignRun run = {0};
    ForeignRules rules = {.id = data[0] & 4 ? STR("{{id}}x") : (Str){0}};
    Err err = {0};
    Status status = readers[which].read(path, &rules, &a, &run, &err);
    if (status == OK)
        check_run(&run);
    else if (!err.msg[0])
        abort();
    unlink(path);
    return 0;
}
