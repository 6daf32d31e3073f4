// SPDX-License-Identifier: MIT
// Blocking calls that are meant, or harmless: in main and in threads, inside go_blocking or its region, on a locked thread,
// on plain files, a message on standard error; and functions of the program's own with libc's names.
#include <fcntl.h>
#include <gofer.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int slow_library_call(int n)
{
    return n;
}

static void in_so_many_words(int fd)
{
    char c;
    go_blocking(sleep, 1);
    if (go_blocking(read, fd, &c, 1) == 1)
        go_blocking(slow_library_call, 1);
}

static void region(int fd)
{
    char c;
    go_blocking_begin();
    ssize_t n = read(fd, &c, 1);
    sleep(1);
    go_blocking_end();
    go_sleep(n);
}

static void own_thread(void)
{
    go_lock_os_thread();
    sleep(1);
    go_unlock_os_thread();
}

static void plain_file(const char *path)
{
    char buffer[64];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (read(fd, buffer, sizeof buffer) < 0)
        perror("read");
    close(fd);
}

static void message(void)
{
    if (write(STDERR_FILENO, "done\n", 5) < 0)
        _exit(1);
}

static int poll_state(int n)
{
    return n + 1;
}

struct device {
    int (*read)(struct device *d);
    int (*poll)(int n);
};

static int through_pointers(struct device *d)
{
    return d->read(d) + d->poll(1);
}

static void parked(int fd)
{
    char c;
    go_mutex m = {0};
    go_mutex_lock(&m);
    if (go_fd_wait(fd, POLLIN, GO_SECOND) > 0)
        (void)go_read(fd, &c, 1);
    go_mutex_unlock(&m);
    go_sleep(GO_MILLISECOND);
}

static void *thread(void *arg)
{
    sleep(1);
    return arg;
}

static void told_not_to_wait(int fd)
{
    char c;
    struct pollfd p = {.fd = fd, .events = POLLIN};
    while (poll(&p, 1, 0) == 0 && waitpid(-1, NULL, WNOHANG | WUNTRACED) == 0)
        go_yield();
    if (recv(fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) == 1)
        send(fd, &c, 1, MSG_DONTWAIT);
}

static void only_called_by_main(void)
{
    usleep(10);
}

int main(void)
{
    pthread_t t;
    struct device d = {0};
    go(in_so_many_words, 0);
    go(region, 0);
    go(own_thread);
    go(plain_file, "/etc/hostname");
    go(message);
    go(poll_state, 1);
    go(through_pointers, &d);
    go(parked, 0);
    go(told_not_to_wait, 0);
    pthread_create(&t, NULL, thread, NULL);
    pthread_join(t, NULL);
    only_called_by_main();
    sleep(1);
    return 0;
}
