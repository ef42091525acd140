/* test_sandbox.c - what code in the sandbox can and cannot do. Skipped where none can be had. */
#include "base/sandbox.h"
#include "test.h"

#include "base/limits.h"

#include <unistd.h>

static SandboxResult python(Arena *a, const char *source, const SandboxLimits *limits)
{
    static const char *const argv[] = {"/usr/bin/python3", "-I", "/work/main.py", NULL};
    Err err = {0};
    SandboxResult r;
    SandboxLimits usual = sandbox_limits();
    if (sandbox_check(&err) != OK) {
        print_message("%s\n", err.msg);
        skip();
    }
    CHECK_OK(sandbox_run(argv, "main.py", str_from(source), limits ? limits : &usual, a, &r, &err),
             err);
    return r;
}

TEST(a_sandbox_runs_a_program_and_tells_how_it_ended)
{
    SCOPED_ARENA(a);
    SandboxResult r = python(&a, "import sys\nprint('out')\nprint('err', file=sys.stderr)\n", NULL);
    CHECK_INT(r.exit_status, 0);
    CHECK_STR(r.out, "out\n");
    CHECK_STR(r.err, "err\n");
    r = python(&a, "assert 1 == 2, 'no'\n", NULL);
    CHECK_INT(r.exit_status, 1);
    CHECK(str_find(r.err, STR("AssertionError: no")) >= 0);
    r = python(&a, "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n", NULL);
    CHECK(r.exit_status == -1 && r.signal == 11);
    CHECK(!r.timed_out);
    /* threads are no processes */
    r = python(&a,
               "import threading\nt = threading.Thread(target=print, args=('thread',))\n"
               "t.start()\nt.join()\n",
               NULL);
    CHECK_STR(r.out, "thread\n");
}

/* Else every answer would count as wrong where the language is not installed. */
TEST(a_sandbox_tells_a_missing_program_from_one_that_fails)
{
    SCOPED_ARENA(a);
    static const char *const argv[] = {"/usr/bin/no-such-language", "/work/main", NULL};
    SandboxLimits limits = sandbox_limits();
    SandboxResult r;
    Err err = {0};
    if (sandbox_check(&err) != OK)
        skip();
    CHECK(sandbox_run(argv, "main", STR("x"), &limits, &a, &r, &err) == E_MISSING);
    CHECK(strstr(err.msg, "no-such-language"));
}

TEST(a_sandbox_keeps_the_world_out)
{
    /* Each prints "safe" when it was refused. */
    static const char *const attempts[] = {
        "import socket\ntry:\n socket.socket()\nexcept PermissionError: print('safe')\n",
        "import os\ntry:\n os.fork()\nexcept PermissionError: print('safe')\n",
        "import subprocess\ntry:\n subprocess.run(['true'])\nexcept OSError: print('safe')\n",
        "import os\ntry:\n open('/usr/bin/x', 'w')\nexcept OSError: print('safe')\n",
        "import os\ntry:\n open('/etc/passwd')\nexcept OSError: print('safe')\n",
        "import os\ntry:\n os.listdir('/root')\nexcept OSError: print('safe')\n",
        "import os\ntry:\n open('/work/main.py', 'w')\nexcept OSError: print('safe')\n",
        "import os\nprint('safe' if len([p for p in os.listdir('/proc') if p.isdigit()]) < 4 else "
        "'seen')\n",
        "import os\nprint('safe' if 'SECRET_OF_TEST' not in os.environ else 'seen')\n",
        "import ctypes\nc = ctypes.CDLL(None, use_errno=True)\n"
        "print('safe' if c.unshare(0x10000000) == -1 else 'new namespace')\n",
        "print('seen' if b'SECRET_OF' in open('/proc/1/environ', 'rb').read() else 'safe')\n",
        "try:\n open('/x', 'w')\nexcept OSError: print('safe')\n",
        "try:\n open('/dev/shm/x', 'w')\nexcept OSError: print('safe')\n",
        "import os\ntry:\n os.memfd_create('x')\nexcept OSError: print('safe')\n",
        "import os\ntry:\n os.open('/proc/sys/kernel/core_pattern', os.O_WRONLY)\n"
        "except OSError: print('safe')\n",
        "import ctypes\nc = ctypes.CDLL(None, use_errno=True)\n"
        "print('safe' if c.shmget(0, 1 << 20, 0o1600) == -1 else 'memory')\n",
        "import os\ntry:\n os.fstat(77)\nexcept OSError: print('safe')\n",
        "import os\ntry:\n os.kill(1, 9)\n os.kill(os.getppid(), 9)\n print('safe')\n"
        "except OSError: print('safe')\n",
    };
    setenv("SECRET_OF_TEST", "sk-1", 1);
    CHECK(dup2(2, 77) == 77); /* as a library leaves one open that is not close-on-exec */
    for (size_t i = 0; i < COUNT(attempts); i++) {
        SCOPED_ARENA(a);
        SandboxResult r = python(&a, attempts[i], NULL);
        if (!str_eqc(r.out, "safe\n") && r.exit_status == 0)
            test_fail(__FILE__, __LINE__, "attempt %zu: %s %s", i, r.out.ptr, r.err.ptr);
        if (i + 1 < COUNT(attempts) && !str_eqc(r.out, "safe\n"))
            test_fail(__FILE__, __LINE__, "attempt %zu: %s %s", i, r.out.ptr, r.err.ptr);
    }
    close(77);
    unsetenv("SECRET_OF_TEST");
}

TEST(a_sandbox_that_may_fork_makes_no_namespaces)
{
    SCOPED_ARENA(a);
    SandboxLimits limits = sandbox_limits();
    limits.may_fork = true;
    SandboxResult r =
        python(&a,
               "import os, ctypes, subprocess\nc = ctypes.CDLL(None, use_errno=True)\n"
               "clone, clone3 = 56 if os.uname().machine == 'x86_64' else 220, 435\n"
               "print(c.syscall(clone, 0x10000000 | 17, 0, 0, 0, 0))\n" /* CLONE_NEWUSER */
               "print(c.syscall(clone3, 0, 0), ctypes.get_errno())\n"
               "print(subprocess.run(['/usr/bin/echo', 'child'], capture_output=True).stdout)\n",
               &limits);
    CHECK_STR(r.out, "-1\n-1 38\nb'child\\n'\n"); /* ENOSYS */
}

/* Each process keeps its own limits; all together would take the machine. */
TEST(processes_of_a_sandbox_are_limited_together)
{
    SCOPED_ARENA(a);
    SandboxLimits limits = sandbox_limits();
    limits.may_fork = true;
    limits.processes = 20;
    SandboxResult r = python(&a,
                             "import os, time\nfor i in range(15):\n"
                             " if os.fork() == 0:\n  time.sleep(0.2)\n  os._exit(0)\n"
                             "for i in range(15): os.wait()\nprint('all')\n",
                             &limits);
    CHECK_STR(r.out, "all\n");
    CHECK(!r.over);
    r = python(&a, "import os, time\nwhile True: os.fork() or time.sleep(60)\n", &limits);
    CHECK(r.over && !strcmp(r.over, "processes") && r.exit_status == -1);
    limits.memory = 256 * MIB;
    r = python(&a,
               "import os, time\nfor i in range(6):\n if os.fork() == 0:\n"
               "  x = bytearray(os.urandom(1 << 20) * 80)\n  time.sleep(60)\ntime.sleep(60)\n",
               &limits);
    CHECK(r.over && !strcmp(r.over, "memory"));
    CHECK(r.seconds < 10 && !r.timed_out);
    r = python(&a, "x = bytearray(80 << 20)\nprint(len(x))\n", &limits);
    CHECK_STR(r.out, "83886080\n");
}

TEST(a_sandbox_ends_once_told_to_stop)
{
    static const char *const argv[] = {"/usr/bin/python3", "-c", "import time; time.sleep(60)",
                                       NULL};
    SCOPED_ARENA(a);
    Err err = {0};
    atomic_int halt = 2;
    SandboxLimits limits = sandbox_limits();
    SandboxResult r;
    if (sandbox_check(&err) != OK)
        skip();
    limits.halt = &halt;
    CHECK(sandbox_run(argv, "x", STR(""), &limits, &a, &r, &err) == E_REMOTE);
    CHECK_STR(str_from(err.msg), "interrupted");
    CHECK(r.seconds < 5);
}

TEST(a_sandbox_limits_time_memory_files_and_output)
{
    SCOPED_ARENA(a);
    SandboxLimits limits = sandbox_limits();
    limits.seconds = 0.5;
    SandboxResult r = python(&a, "while True: pass\n", &limits);
    CHECK(r.timed_out && r.exit_status == -1);
    r = python(&a, "import time\ntime.sleep(60)\n", &limits);
    CHECK(r.timed_out && r.seconds < 10);
    limits = sandbox_limits();
    r = python(&a, "x = bytearray(2 << 30)\n", &limits);
    CHECK_INT(r.exit_status, 1);
    CHECK(str_find(r.err, STR("MemoryError")) >= 0);
    r = python(&a,
               "try:\n f = open('/work/big', 'wb')\n"
               " for i in range(100): f.write(b'x' * (1 << 20))\n f.flush()\n"
               "except OSError as e: print(e.errno)\n",
               &limits);
    CHECK_STR(r.out, "28\n"); /* ENOSPC */
    r = python(&a, "print('y' * 1000000)\n", &limits);
    CHECK(r.exit_status == 0 && r.out.len == limits.output);
}

/* That bubblewrap could not do its work says nothing about the program. */
TEST(a_sandbox_that_fails_is_no_failing_program)
{
    static const char *const argv[] = {"/usr/bin/true", NULL};
    SCOPED_ARENA(a);
    Err err = {0};
    SandboxResult r;
    SandboxLimits limits = sandbox_limits();
    limits.memory = 1 * MIB; /* too little for bubblewrap itself */
    if (sandbox_check(&err) != OK)
        skip();
    CHECK(sandbox_run(argv, "x", STR(""), &limits, &a, &r, &err) == E_IO);
    CHECK(strstr(err.msg, "the sandbox ended before its program"));
}
