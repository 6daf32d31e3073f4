// SPDX-License-Identifier: MIT
// The load of the HTTP benchmarks: wrk, one thread, 64 keep-alive connections, one second. It is the same for every
// server. What a request cost is told twice: by the clock, and by the processor time that the server used.
#ifndef GOFER_BENCH_HTTP_LOAD_H
#define GOFER_BENCH_HTTP_LOAD_H

#include "bench.h"

struct load {
    double requests;   // answered
    double per_second; // as wrk says
};

// Runs wrk against a server of this machine and reads what it prints.
static inline struct load load_run(const char *address)
{
    char command[200], line[300];
    struct load load = {0};
    snprintf(command, sizeof(command), "exec wrk -t1 -c64 -d1s http://%s/ 2>&1", address);
    FILE *wrk = popen(command, "r");
    bench_check(wrk != NULL, "cannot run wrk");
    while (fgets(line, sizeof(line), wrk)) {
        sscanf(line, " %lf requests in", &load.requests);
        sscanf(line, "Requests/sec: %lf", &load.per_second);
        bench_check(!strstr(line, "Non-2xx") && !strstr(line, "Socket errors"), line);
    }
    bench_check(pclose(wrk) == 0 && load.requests > 0, "wrk failed");
    return load;
}

static inline void load_report(struct load load, double cpu_seconds)
{
    bench_report("ns", 1e9 / load.per_second);
    bench_report("cpu", 1e9 * cpu_seconds / load.requests);
}

#endif
