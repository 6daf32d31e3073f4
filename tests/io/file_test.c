// SPDX-License-Identifier: MIT
// Files and directories: what POSIX's calls do, with negative errors, and others run while one waits.
#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[64];

static const char *in_dir(const char *name)
{
    static char path[128];
    if (!*dir) {
        strcpy(dir, "/tmp/gofer-file-XXXXXX");
        CHECK(mkdtemp(dir));
    }
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static void remove_all(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    CHECK(system(command) == 0);
}

TEST(what_is_written_at_a_place_is_read_there)
{
    char buf[16] = "";
    struct stat st;
    int fd = go_open(in_dir("file"), O_RDWR | O_CREAT, 0600);
    CHECK(fd >= 0);
    CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    CHECK_EQ(go_pwrite(fd, "0123456789", 10, 0), 10);
    CHECK_EQ(go_pwrite(fd, "xy", 2, 4), 2);
    CHECK_EQ(go_fsync(fd), 0);
    CHECK_EQ(go_pread(fd, buf, 4, 3), 4);
    CHECK_STR(buf, "3xy6");
    CHECK_EQ(go_pread(fd, buf, 16, 8), 2);
    CHECK_EQ(go_pread(fd, buf, 16, 100), 0);
    CHECK_EQ(go_stat(in_dir("file"), &st), 0);
    CHECK_EQ(st.st_size, 10);
    CHECK_EQ(go_close(fd), 0);
    remove_all();
}

TEST(there_is_nothing_before_a_files_beginning)
{
    char path[] = "/tmp/gofer-file-XXXXXX", buf[8];
    int fd = mkstemp(path);
    CHECK(fd >= 0 && unlink(path) == 0);
    CHECK_EQ(go_pwrite(fd, "hello", 5, 0), 5);
    CHECK_EQ(go_pread(fd, buf, 5, -1), -EINVAL);
    CHECK_EQ(go_pwrite(fd, "hello", 5, -1), -EINVAL);
    CHECK_EQ(go_read(fd, buf, sizeof(buf)), 5); // from where it was
    CHECK_EQ(go_close(fd), 0);
}

TEST(errors_are_negative)
{
    struct stat st;
    char c;
    CHECK_EQ(go_open("/nonexistent/file", O_RDONLY, 0), -ENOENT);
    CHECK_EQ(go_stat("/nonexistent", &st), -ENOENT);
    CHECK_EQ(go_pread(-1, &c, 1, 0), -EBADF);
    CHECK_EQ(go_pwrite(-1, &c, 1, 0), -EBADF);
    CHECK_EQ(go_fsync(-1), -EBADF);
    CHECK_EQ(go_readdir("/nonexistent", NULL, NULL), -ENOENT);
}

TEST(large_file_is_read_whole_whatever_is_in_memory)
{
    enum { SIZE = 3 << 20 };
    char *out = malloc(SIZE), *in = malloc(SIZE);
    for (int i = 0; i < SIZE; i++)
        out[i] = (char)(i * 7 % 253);
    int fd = go_open(in_dir("large"), O_RDWR | O_CREAT, 0600);
    CHECK_EQ(go_pwrite(fd, out, SIZE, 0), SIZE);
    CHECK_EQ(go_fsync(fd), 0);
    posix_fadvise(fd, SIZE / 3, SIZE / 3, POSIX_FADV_DONTNEED);
    CHECK_EQ(go_pread(fd, in, SIZE, 0), SIZE);
    CHECK(memcmp(in, out, SIZE) == 0);
    go_close(fd);
    free(in);
    free(out);
    remove_all();
}

static bool count(const char *name, void *arg)
{
    CHECK(strcmp(name, ".") != 0 && strcmp(name, "..") != 0);
    return ++*(int *)arg != 3;
}

static bool mark(const char *name, void *arg)
{
    bool *seen = arg;
    int i = atoi(name + strlen("a name of some length "));
    CHECK(!seen[i]);
    return seen[i] = true;
}

TEST(directory_is_listed_once_and_as_far_as_asked_for)
{
    enum { FILES = 500 };
    static bool seen[FILES];
    char name[64];
    int n = 0;
    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof name, "a name of some length %d", i);
        go_close(go_open(in_dir(name), O_WRONLY | O_CREAT, 0600));
    }
    CHECK_EQ(go_readdir(dir, mark, seen), 0);
    for (int i = 0; i < FILES; i++)
        CHECK(seen[i]);
    CHECK_EQ(go_readdir(dir, count, &n), 0);
    CHECK_EQ(n, 3);
    remove_all();
}

static bool give_up(const char *name, void *arg)
{
    (void)name, (void)arg;
    go_panic("enough");
}

TEST(panic_out_of_a_listing_leaves_no_descriptor)
{
    // The first call starts the runtime, which keeps a descriptor under -race.
    go_close(go_open(in_dir("file"), O_WRONLY | O_CREAT, 0600));
    int before = dup(0), after;
    close(before);
    EXPECT_PANIC("enough", (void)go_readdir(dir, give_up, NULL));
    after = dup(0);
    CHECK_EQ(after, before);
    close(after);
    remove_all();
}

static void open_fifo(const char *path, int flags, chan(int) opened)
{
    chan_send(opened, go_open(path, flags, 0));
}

TEST(open_that_waits_for_a_peer_leaves_the_processor_to_others)
{
    test_one_processor();
    char *path = strdup(in_dir("fifo"));
    chan(int) opened = chan_make(int, 2);
    CHECK(mkfifo(path, 0600) == 0);
    go(open_fifo, path, O_RDONLY, opened);
    test_settle();
    CHECK_EQ(chan_len(opened), 0);
    go(open_fifo, path, O_WRONLY, opened);
    for (int i = 0; i < 2; i++)
        CHECK_EQ(go_close(chan_recv(opened)), 0);
    free(path);
    remove_all();
}
