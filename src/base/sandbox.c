/* sandbox.c - bubblewrap, a seccomp filter, and the parent that watches the clock. */
#include "base/sandbox_private.h"

#include "base/limits.h"
#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char bwrap[] = "/usr/bin/bwrap";

enum { MAX_ARGUMENTS = 128 };

SandboxLimits sandbox_limits(void)
{
    return (SandboxLimits){
        .seconds = 10, .memory = GIB, .files = 64 * MIB, .output = 64 * KIB, .processes = 64};
}

/* ---- the filter ---- */

#if defined __x86_64__
#define OUR_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define OUR_ARCHITECTURE AUDIT_ARCH_AARCH64
#else
/* cppcheck-suppress preprocessorErrorDirective */
#error "name the architecture for seccomp"
#endif

/* Refused with EPERM: the network, the kernel's rarer doors, other processes' memory, and memory
 * that no limit counts. */
static const int refused[] = {
    SYS_socket,
    SYS_socketpair,
    SYS_connect,
    SYS_bind,
    SYS_listen,
    SYS_accept,
    SYS_accept4,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_setns,
    SYS_unshare,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_kexec_load,
    SYS_kexec_file_load,
    SYS_fsopen,
    SYS_fsmount,
    SYS_fspick,
    SYS_open_tree,
    SYS_move_mount,
    SYS_mount_setattr,
    SYS_pidfd_getfd,
    SYS_open_by_handle_at,
    SYS_name_to_handle_at,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_reboot,
    SYS_swapon,
    SYS_swapoff,
    SYS_acct,
    SYS_quotactl,
    SYS_sethostname,
    SYS_setdomainname,
    SYS_personality,
    SYS_seccomp,
    SYS_memfd_create,
    SYS_memfd_secret,
    SYS_shmget,
    SYS_msgget,
};

#define NEW_NAMESPACES                                                                             \
    ((uint32_t)(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |      \
                CLONE_NEWPID | CLONE_NEWNET))

enum { MAX_FILTER = 4 + 2 * COUNT(refused) + 16 };

typedef struct Filter {
    struct sock_filter code[MAX_FILTER];
    size_t n;
} Filter;

static void add(Filter *f, uint16_t code, uint32_t k, uint8_t yes, uint8_t no)
{
    f->code[f->n++] = (struct sock_filter){code, yes, no, k};
}

static void answer(Filter *f, uint32_t what)
{
    add(f, BPF_RET | BPF_K, what, 0, 0);
}

/* When call `nr` is loaded, answers it so. */
static void answer_call(Filter *f, int nr, uint32_t what)
{
    add(f, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)nr, 0, 1);
    answer(f, what);
}

static void make_filter(Filter *f, bool may_fork)
{
    const uint32_t load = BPF_LD | BPF_W | BPF_ABS;
    add(f, load, offsetof(struct seccomp_data, arch), 0, 0);
    add(f, BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCHITECTURE, 1, 0);
    answer(f, SECCOMP_RET_KILL_PROCESS);
    add(f, load, offsetof(struct seccomp_data, nr), 0, 0);
#if defined __x86_64__
    add(f, BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1); /* the x32 numbers of the same calls */
    answer(f, SECCOMP_RET_KILL_PROCESS);
#endif
    for (size_t i = 0; i < COUNT(refused); i++)
        answer_call(f, refused[i], SECCOMP_RET_ERRNO | EPERM);
    /* clone3 hides its flags in memory; without it the C library falls back to clone. */
    answer_call(f, SYS_clone3, SECCOMP_RET_ERRNO | ENOSYS);
#ifdef SYS_fork
    if (!may_fork) {
        answer_call(f, SYS_fork, SECCOMP_RET_ERRNO | EPERM);
        answer_call(f, SYS_vfork, SECCOMP_RET_ERRNO | EPERM);
    }
#endif
    add(f, BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 1, 0);
    answer(f, SECCOMP_RET_ALLOW);
    add(f, load, offsetof(struct seccomp_data, args), 0, 0);
    add(f, BPF_JMP | BPF_JSET | BPF_K, NEW_NAMESPACES, 0, 1);
    answer(f, SECCOMP_RET_ERRNO | EPERM);
    if (!may_fork) {
        add(f, BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0);
        answer(f, SECCOMP_RET_ERRNO | EPERM);
    }
    answer(f, SECCOMP_RET_ALLOW);
}

/* ---- starting ---- */

typedef struct Launch {
    Arena *arena;
    const char *argv[MAX_ARGUMENTS];
    size_t n;
    bool full;                           /* some word found no room */
    int filter, source, status, nothing; /* descriptors that the child takes over */
} Launch;

static void say(Launch *l, const char *word)
{
    l->full = l->n + 1 == MAX_ARGUMENTS;
    if (!l->full)
        l->argv[l->n++] = word;
}

static void say_all(Launch *l, const char *const *words)
{
    for (; *words; words++)
        say(l, *words);
}

static const char *number(Arena *arena, size_t value)
{
    return str_printf(arena, "%zu", value).ptr;
}

/* Descriptor numbers in the child. */
enum { CHILD_FILTER = 3, CHILD_SOURCE = 4, CHILD_STATUS = 5 };

/* What every sandbox is made of. */
static void say_house(Launch *l)
{
    static const char *const house[] = {"--unshare-all",
                                        "--die-with-parent",
                                        "--new-session",
                                        "--ro-bind",
                                        "/usr",
                                        "/usr",
                                        "--symlink",
                                        "usr/bin",
                                        "/bin",
                                        "--symlink",
                                        "usr/lib",
                                        "/lib",
                                        "--symlink",
                                        "usr/lib64",
                                        "/lib64",
                                        "--ro-bind-try",
                                        "/etc/alternatives",
                                        "/etc/alternatives",
                                        "--ro-bind-try",
                                        "/etc/ld.so.cache",
                                        "/etc/ld.so.cache",
                                        "--proc",
                                        "/proc",
                                        "--dev",
                                        "/dev",
                                        "--cap-drop",
                                        "ALL",
                                        "--clearenv",
                                        "--setenv",
                                        "PATH",
                                        "/usr/bin:/bin",
                                        "--setenv",
                                        "HOME",
                                        "/work",
                                        "--setenv",
                                        "LANG",
                                        "C.UTF-8",
                                        "--setenv",
                                        "PYTHONDONTWRITEBYTECODE",
                                        "1",
                                        "--setenv",
                                        "OPENBLAS_NUM_THREADS",
                                        "1",
                                        NULL};
    say_all(l, house);
}

static void say_command(Launch *l, const char *const *argv, const char *name,
                        const SandboxLimits *limits)
{
    /* The shell sets the limits, which bubblewrap and the program inherit. */
    size_t seconds = (size_t)limits->seconds + 1;
    Str script = str_printf(
        l->arena, "ulimit -c 0 && ulimit -n 256 && ulimit -t %zu && ulimit -v %zu && exec \"$@\"",
        seconds, limits->memory / 1024);
    const char *const shell[] = {"/bin/sh", "-c", script.ptr, "sh", bwrap, NULL};
    say_all(l, shell);
    say_house(l);
    const char *half = number(l->arena, limits->files / 2);
    const char *const rooms[] = {"--size", half,      "--tmpfs", "/tmp", "--size",
                                 half,     "--tmpfs", "/work",   NULL};
    say_all(l, rooms);
    /* The root and /dev are memory without a limit; /proc/sys obeys root's number even without
     * its powers, and bubblewrap leaves it writable then. */
    static const char *const closed[] = {"--remount-ro", "/dev", "--remount-ro", "/proc", NULL};
    say_all(l, closed);
    const char *const files[] = {limits->own_file ? "--file" : "--ro-bind-data",
                                 "4",
                                 str_printf(l->arena, "/work/%s", name).ptr,
                                 "--json-status-fd",
                                 "5",
                                 "--seccomp",
                                 "3",
                                 "--chdir",
                                 "/work",
                                 "--remount-ro",
                                 "/",
                                 "--",
                                 NULL};
    say_all(l, files);
    say_all(l, argv);
    l->argv[l->n] = NULL;
}

/* A file in memory that holds `bytes`, or -1. */
static int memory_file(const void *bytes, size_t len)
{
    int fd = memfd_create("assay-sandbox", MFD_CLOEXEC);
    const char *at = bytes;
    while (fd >= 0 && len) {
        ssize_t n = write(fd, at, len);
        if (n < 0 && errno != EINTR) {
            close(fd);
            return -1;
        }
        at += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    if (fd >= 0)
        lseek(fd, 0, SEEK_SET);
    return fd;
}

/* ---- watching ---- */

/* What bubblewrap says of the program's end; -1 when it never came to that. Its own exit status
 * would not tell a program that ends with 1 from a sandbox that could not be made. */
static int told_status(int fd)
{
    char text[4096];
    int status = -1;
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = 0;
    const char *at = strstr(text, "\"exit-code\":");
    return at && sscanf(at, "\"exit-code\": %d", &status) == 1 ? status : -1;
}

static Status take_status(pid_t pid, int status_fd, SandboxResult *r, Err *err)
{
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    if (r->timed_out || r->over)
        return OK;
    r->exit_status = told_status(status_fd);
    if (r->exit_status < 0)
        return err_set(err, E_IO, "the sandbox ended before its program: " STR_FMT,
                       STR_ARG(str_trim(r->err)));
    if (r->exit_status > 128) { /* bubblewrap tells of a signal so */
        r->signal = r->exit_status - 128;
        r->exit_status = -1;
    }
    return OK;
}

static void close_fd(int fd)
{
    if (fd >= 0)
        close(fd);
}

static Status launch(Launch *l, const SandboxLimits *limits, SandboxResult *r, Err *err)
{
    /* bubblewrap's own, which the program can read under /proc/1: none of ours. */
    static const char *const environment[] = {"PATH=/usr/bin:/bin", NULL};
    int out[2] = {-1, -1}, errors[2] = {-1, -1};
    pid_t pid = 0;
    Status status = OK;
    int failed = pipe2(out, O_CLOEXEC) != 0 || pipe2(errors, O_CLOEXEC) != 0 ? errno : 0;
    const SpawnFd fds[] = {{l->nothing, 0},
                           {out[1], 1},
                           {errors[1], 2},
                           {l->filter, CHILD_FILTER},
                           {l->source, CHILD_SOURCE},
                           {l->status, CHILD_STATUS}};
    if (!failed)
        failed = spawn_child(l->argv, environment, fds, COUNT(fds), &pid);
    close_fd(out[1]);
    close_fd(errors[1]);
    if (!failed) {
        StrBuf texts[2] = {strbuf_make(l->arena, limits->output),
                           strbuf_make(l->arena, limits->output)};
        sandbox_watch(pid, (const int[]){out[0], errors[0]}, limits, texts, r);
        r->out = strbuf_str(&texts[0]);
        r->err = strbuf_str(&texts[1]);
        status = take_status(pid, l->status, r, err);
        if (sandbox_halted(limits))
            status = err_set(err, E_REMOTE, "interrupted");
    }
    close_fd(out[0]);
    close_fd(errors[0]);
    return failed ? err_set(err, E_IO, "could not start a sandbox: %s", strerror(failed)) : status;
}

static Status run(const char *const *argv, const char *name, Str source,
                  const SandboxLimits *limits, Arena *arena, SandboxResult *out, Err *err)
{
    Filter filter = {.n = 0};
    SandboxResult r = {.exit_status = -1};
    make_filter(&filter, limits->may_fork);
    Launch l = {.arena = arena,
                .filter = memory_file(filter.code, filter.n * sizeof *filter.code),
                .source = memory_file(source.ptr, source.len),
                .status = memory_file("", 0),
                .nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)};
    say_command(&l, argv, name, limits);
    Status status = OK;
    if (l.filter < 0 || l.source < 0 || l.status < 0 || l.nothing < 0)
        status = err_set(err, E_IO, "could not prepare a sandbox: %s", strerror(errno));
    if (l.full)
        status = err_set(err, E_LIMIT, "the command for the sandbox has too many arguments");
    if (status == OK)
        status = launch(&l, limits, &r, err);
    close_fd(l.filter);
    close_fd(l.source);
    close_fd(l.status);
    close_fd(l.nothing);
    *out = r;
    return status;
}

/* ---- whether there is one ---- */

static Status look_for_bwrap(Err *err)
{
    if (access(bwrap, X_OK) == 0)
        return OK;
    return err_set(err, E_MISSING,
                   "code is only run in a sandbox, and there is no %s: apt-get install bubblewrap",
                   bwrap);
}

Status sandbox_check(Err *err)
{
    static const char *const argv[] = {"/usr/bin/cat", "/work/probe", NULL};
    SCOPED_ARENA(a);
    SandboxResult r;
    SandboxLimits limits = sandbox_limits();
    TRY(look_for_bwrap(err));
    Err why = {0};
    Status status = run(argv, "probe", STR("ok"), &limits, &a, &r, &why);
    if (status != OK)
        return err_set(err, E_DENIED,
                       "code is only run in a sandbox, and none can be made here: %s", why.msg);
    if (r.exit_status == 0 && str_eqc(r.out, "ok"))
        return OK;
    return err_set(err, E_DENIED,
                   "code is only run in a sandbox, and none can be made here: " STR_FMT,
                   STR_ARG(str_trim(r.err)));
}

Status sandbox_run(const char *const *argv, const char *name, Str source,
                   const SandboxLimits *limits, Arena *arena, SandboxResult *out, Err *err)
{
    TRY(look_for_bwrap(err));
    /* bubblewrap would end with 1, as a program that failed does. */
    if (access(argv[0], X_OK) != 0)
        return err_set(err, E_MISSING, "code needs \"%s\" to run, which is not installed", argv[0]);
    return run(argv, name, source, limits, arena, out, err);
}
