// SPDX-License-Identifier: MIT
// A server that answers every request with one line, under wrk's 64 keep-alive connections: the time between two answers,
// and the server's processor time for each.
#include "http_load.h"

#include <sys/resource.h>

static void hello(go_http_response *w, go_http_request *r, void *arg)
{
    (void)r;
    (void)arg;
    go_http_write(w, "Hello, World!\n", 14);
}

static double cpu_seconds(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

int main(void)
{
    char address[64];
    go_http_mux *mux = go_http_mux_new();
    go_http_handle(mux, "/", hello, NULL);
    go_listener *l = go_listen("tcp", "127.0.0.1:0", NULL);
    bench_check(l != NULL, "cannot listen");
    (void)go_listener_addr(l, address, sizeof(address));
    go(go_http_serve, go_http_server_new(mux, (go_http_options){0}), l);
    double before = cpu_seconds();
    struct load load = go_blocking(load_run, address);
    load_report(load, cpu_seconds() - before);
    return 0;
}
