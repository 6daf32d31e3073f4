// SPDX-License-Identifier: MIT
// Keep-alive connections that have had one answer each and then say nothing: the memory that the server holds for one of
// them, some seconds after the last request. Their client is a process of its own, so that only the server is measured:
// this program again, with the server's port as another argument.
#include "tcp.h"

static void hello(go_http_response *w, go_http_request *r, void *arg)
{
    (void)r;
    (void)arg;
    go_http_write(w, "Hello, World!\n", 14);
}

// The client: n connections with one request each. Says so in one byte, and waits until the server is gone.
static int be_client(long n, long port)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    char answer[1000];
    int fd = -1;
    for (long i = 0; i < n; i++) {
        fd = bench_dial((int)port);
        bench_check(write(fd, request, sizeof(request) - 1) > 0, "cannot ask");
        bench_check(read(fd, answer, sizeof(answer)) > 0, "no answer");
    }
    bench_check(write(STDOUT_FILENO, "x", 1) == 1, "cannot say so");
    while (read(fd, answer, sizeof(answer)) > 0)
        ;
    return 0;
}

static FILE *start_client(const char *self, long n, const char *address)
{
    char command[300];
    snprintf(command, sizeof(command), "exec %s %ld 0 %s", self, n, strrchr(address, ':') + 1);
    FILE *client = popen(command, "r");
    bench_check(client != NULL, "cannot start the client");
    return client;
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1), seconds = bench_arg(argc, argv, 2);
    char address[64];
    bench_allow_many_descriptors();
    if (argc > 3)
        return be_client(n, bench_arg(argc, argv, 3));
    go_http_mux *mux = go_http_mux_new();
    go_http_handle(mux, "/", hello, NULL);
    go_listener *l = go_listen("tcp", "127.0.0.1:0", NULL);
    bench_check(l != NULL, "cannot listen");
    (void)go_listener_addr(l, address, sizeof(address));
    go(go_http_serve, go_http_server_new(mux, (go_http_options){0}), l);
    double before = bench_resident_bytes();
    FILE *client = start_client(argv[0], n, address);
    bench_check(go_blocking(fgetc, client) == 'x', "the client failed");
    go_sleep(seconds * GO_SECOND);
    bench_report("memory", (bench_resident_bytes() - before) / (double)n);
    return 0;
}
