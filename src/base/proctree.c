/* proctree.c - the process table of /proc, walked from one process down. */
#include "base/proctree.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { MOST = 65536, TEXT = 4096 };

typedef struct Entry {
    pid_t pid, parent;
    bool inside;
} Entry;

/* A small file of /proc; its length, 0 when it is gone. */
static size_t read_small(const char *path, char text[TEXT])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, TEXT - 1);
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = 0;
    return n > 0 ? (size_t)n : 0;
}

/* The name in brackets may hold anything, also brackets: what follows the last one counts. */
static bool parent_of(pid_t pid, pid_t *out)
{
    char path[64], text[TEXT];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    if (!read_small(path, text))
        return false;
    const char *after = strrchr(text, ')');
    return after && sscanf(after + 1, " %*c %d", out) == 1;
}

static size_t number_after(const char *text, const char *key)
{
    const char *at = strstr(text, key);
    size_t kib = 0;
    return at && sscanf(at + strlen(key), "%zu", &kib) == 1 ? kib : 0;
}

static size_t memory_of(pid_t pid)
{
    char path[64], text[TEXT];
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    if (!read_small(path, text))
        return 0;
    return (number_after(text, "RssAnon:") + number_after(text, "RssShmem:")) * 1024;
}

static size_t read_table(pid_t root, Entry *table)
{
    size_t n = 0;
    DIR *proc = opendir("/proc");
    for (const struct dirent *d; proc && n < MOST && (d = readdir(proc));) {
        int pid = 0, len = 0;
        Entry e = {0};
        if (sscanf(d->d_name, "%d%n", &pid, &len) != 1 || d->d_name[len])
            continue;
        e.pid = pid;
        e.inside = e.pid == root;
        if (parent_of(e.pid, &e.parent))
            table[n++] = e;
    }
    if (proc)
        closedir(proc);
    return n;
}

static int by_pid(const void *a, const void *b)
{
    pid_t x = ((const Entry *)a)->pid, y = ((const Entry *)b)->pid;
    return (x > y) - (x < y);
}

/* Parents mostly have smaller numbers than their children, so that few rounds find all. */
static void mark(Entry *table, size_t n)
{
    if (n)
        qsort(table, n, sizeof *table, by_pid);
    for (bool more = n > 0; more;) {
        more = false;
        for (size_t i = 0; i < n; i++) {
            const Entry key = {.pid = table[i].parent};
            const Entry *parent = bsearch(&key, table, n, sizeof *table, by_pid);
            if (!table[i].inside && parent && parent->inside)
                table[i].inside = more = true;
        }
    }
}

ProcTree proctree_measure(pid_t root)
{
    ProcTree tree = {0};
    Entry *table = calloc(MOST, sizeof *table);
    if (!table)
        abort();
    size_t n = read_table(root, table);
    mark(table, n);
    for (size_t i = 0; i < n; i++) {
        tree.processes += table[i].inside;
        tree.memory += table[i].inside ? memory_of(table[i].pid) : 0;
    }
    free(table);
    return tree;
}
