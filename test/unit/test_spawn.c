/* test_spawn.c - what a child gets of its parent's descriptors and environment. */
#include "base/spawn.h"
#include "test.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int file_of(const char *text)
{
    int fd = memfd_create("test", MFD_CLOEXEC);
    CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    CHECK(lseek(fd, 0, SEEK_SET) == 0);
    return fd;
}

/* What `script` says, given these descriptors besides its output. */
static const char *say(Arena *a, const char *script, const char *const *environment, int third,
                       int fourth)
{
    const char *const argv[] = {"/bin/sh", "-c", script, NULL};
    int out = file_of(""), nothing = open("/dev/null", O_RDWR | O_CLOEXEC), how = 0;
    const SpawnFd fds[] = {{nothing, 0}, {out, 1}, {nothing, 2}, {third, 3}, {fourth, 4}};
    char *text = arena_alloc(a, 200);
    pid_t pid;
    CHECK_INT(spawn_child(argv, environment, fds, COUNT(fds), &pid), 0);
    CHECK(waitpid(pid, &how, 0) == pid && how == 0);
    CHECK(pread(out, text, 199, 0) >= 0);
    close(out);
    close(nothing);
    return text;
}

/* One that is to be the fourth has the third's number. */
TEST(a_child_gets_each_descriptor_under_its_number)
{
    SCOPED_ARENA(a);
    int x = fcntl(file_of("X"), F_DUPFD_CLOEXEC, 50), y = file_of("Y");
    int kept = fcntl(3, F_DUPFD_CLOEXEC, 50);
    CHECK(y == 3 || dup2(y, 3) == 3);
    const char *said = say(&a, "cat <&3; cat <&4", NULL, x, 3);
    if (kept >= 0)
        dup2(kept, 3);
    CHECK_STR(str_from(said), "XY");
}

TEST(a_child_gets_nothing_else)
{
    SCOPED_ARENA(a);
    const char *const environment[] = {"ONE=1", NULL};
    int x = file_of("X");
    setenv("SECRET_OF_TEST", "sk-1", 1);
    CHECK(dup2(x, 77) == 77);
    CHECK_STR(str_from(say(&a, "[ -e /dev/fd/77 ] && echo open; echo $ONE$SECRET_OF_TEST",
                           environment, x, x)),
              "1\n");
    CHECK_STR(str_from(say(&a, "echo $ONE$SECRET_OF_TEST", NULL, x, x)), "sk-1\n");
    close(77);
    close(x);
    unsetenv("SECRET_OF_TEST");
}
