// SPDX-License-Identifier: MIT
// Calls that block the thread under a goroutine: sleeps, polls, pthread locks, sockets, names, processes, signals. While
// the goroutine waits in them its thread serves nobody.
#include <gofer.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void sleeper(void)
{
    sleep(1);   // expect: sleep blocks the goroutine's thread: use go_sleep
    usleep(10); // expect: usleep blocks
    nanosleep(&(struct timespec){0, 1000}, NULL); // expect: nanosleep blocks
}

static void poller(int fd)
{
    struct pollfd p = {fd, POLLIN, 0};
    fd_set set;
    FD_ZERO(&set);
    poll(&p, 1, -1); // expect: poll blocks the goroutine's thread: use go_fd_wait
    select(fd + 1, &set, NULL, NULL, NULL); // expect: select blocks
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static sem_t slots;
static int shared;

static void locker(void)
{
    pthread_mutex_lock(&mutex); // expect: pthread_mutex_lock blocks the goroutine's thread: use
    while (!shared)
        pthread_cond_wait(&changed, &mutex); // expect: pthread_cond_wait blocks
    pthread_mutex_unlock(&mutex);
    sem_wait(&slots); // expect: sem_wait blocks the goroutine's thread: use
}

static void server(int fd)
{
    char buffer[64];
    int c = accept(fd, NULL, NULL);             // expect: accept blocks the goroutine's thread: use
    ssize_t n = read(c, buffer, sizeof buffer); // expect: read blocks the goroutine's thread
    if (n > 0 && write(c, buffer, (size_t)n) < 0) // expect: write blocks
        return;
    send(c, buffer, 1, 0); // expect: send blocks
    recv(c, buffer, 1, 0); // expect: recv blocks
}

static void client(void)
{
    struct addrinfo *found;
    if (getaddrinfo("example.org", "80", NULL, &found)) // expect: use go_lookup_host
        return;
    int fd = socket(found->ai_family, SOCK_STREAM, 0);
    if (connect(fd, found->ai_addr, found->ai_addrlen)) // expect: use go_dial
        return;
}

// What a goroutine calls runs in it too.
static int run_command(const char *command)
{
    return system(command); // expect: system blocks the goroutine's thread: use go_command_run
}

static int child(pid_t pid)
{
    int status;
    if (run_command("true"))
        return -1;
    return waitpid(pid, &status, 0) < 0 ? -1 : status; // expect: waitpid blocks
}

static void page(go_http_response *w, go_http_request *r, void *arg)
{
    (void)r, (void)arg;
    usleep(1000); // expect: usleep blocks
    go_http_printf(w, "late");
}

static int stage(int n)
{
    sleep(1); // expect: sleep blocks
    return n;
}

static void after_the_region(int fd)
{
    char c;
    go_blocking_begin();
    ssize_t n = read(fd, &c, 1);
    go_blocking_end();
    while (n > 0)
        n = read(fd, &c, 1); // expect: read blocks
}

int main(void)
{
    go_waitgroup wg = {0};
    go_errgroup *g = go_errgroup_new(NULL);
    go_http_mux *mux = go_http_mux_new();
    chan(int) in = chan_make(int), out = chan_make(int);
    go(sleeper);
    go(poller, 0);
    go_waitgroup_go(&wg, locker);
    go_safe(server, 3);
    go_with(GO_ATTR(.name = "client"), client);
    go_errgroup_go(g, child, 1);
    go(sleep, 1); // expect: sleep blocks
    go_http_handle(mux, "/", page, NULL);
    GO_STAGE(go_context_background(), in, out, stage);
    go(after_the_region, 0);
    return 0;
}
