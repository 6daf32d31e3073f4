// SPDX-License-Identifier: MIT
// nginx under the load of http_hello, with as many workers as gofer has processors: what a server written for nothing else
// makes of this machine. Its answer is the same line, from its configuration.
#include "http_load.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

static const char configuration[] =
    "worker_processes %d;\ndaemon off;\nerror_log /dev/null;\npid %s/pid;\n"
    "events { worker_connections 1024; }\n"
    "http { access_log off; keepalive_requests 1000000000;\n"
    "  client_body_temp_path %s; proxy_temp_path %s; fastcgi_temp_path %s; uwsgi_temp_path %s; "
    "scgi_temp_path %s;\n"
    "  server { listen %s; location / { default_type text/plain; return 200 \"Hello, World!\\n\"; "
    "} } }\n";

// A port that is free now.
static void find_address(char *address, size_t n)
{
    go_listener *l = go_listen("tcp", "127.0.0.1:0", NULL);
    bench_check(l != NULL, "cannot listen");
    (void)go_listener_addr(l, address, n);
    go_listener_free(l);
}

static void write_configuration(const char *dir, const char *address)
{
    char path[200];
    snprintf(path, sizeof(path), "%s/conf", dir);
    FILE *f = fopen(path, "w");
    bench_check(f != NULL, path);
    fprintf(f, configuration, go_maxprocs(0), dir, dir, dir, dir, dir, dir, address);
    fclose(f);
}

static pid_t start(const char *dir)
{
    char path[200];
    snprintf(path, sizeof(path), "%s/conf", dir);
    pid_t pid = vfork();
    if (pid == 0) {
        execlp("nginx", "nginx", "-c", path, (char *)NULL);
        _exit(127);
    }
    bench_check(pid > 0, "cannot start nginx");
    return pid;
}

static void wait_for_it(const char *address)
{
    for (int tries = 0; tries < 100; tries++) {
        go_conn *c = go_dial_timeout("tcp", address, GO_SECOND, NULL);
        if (c) {
            go_conn_free(c);
            return;
        }
        go_sleep(50 * GO_MILLISECOND);
    }
    bench_fail("nginx does not answer");
}

// The processor time of the server and its workers, which it has waited for.
static double stop(pid_t pid)
{
    struct rusage u;
    int status;
    kill(pid, SIGTERM);
    bench_check(wait4(pid, &status, 0, &u) == pid, "nginx did not end");
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

int main(void)
{
    char dir[] = "/tmp/gofer-bench-XXXXXX", address[64], command[200];
    bench_check(mkdtemp(dir) != NULL, "cannot make a directory");
    find_address(address, sizeof(address));
    write_configuration(dir, address);
    pid_t pid = start(dir);
    wait_for_it(address);
    struct load load = load_run(address);
    double cpu = stop(pid);
    snprintf(command, sizeof(command), "rm -rf %s", dir);
    bench_check(system(command) == 0, "cannot remove the directory");
    load_report(load, cpu);
    return 0;
}
