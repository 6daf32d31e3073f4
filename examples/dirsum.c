// SPDX-License-Identifier: MIT
// gofer: link libcrypto
//
// dirsum DIR...: prints the SHA-256 of every regular file below the DIRs, byte for byte what
//
//     find DIR... -type f -print0 | sort -z | xargs -0 sha256sum          (in the C locale)
//
// prints, but on all processors. Three stages, joined by channels:
//
//     walker ---work---> N hashers ---file->hashed---> collector ---> stdout
//        `------------------order--------------------------^
//
// The walker meets the paths in sorted order. It sends each file twice: to `work`, where any idle
// hasher takes it, and to `order`, where the collector finds it in its place. Every file brings a
// channel of its own, `hashed`, on which the collector waits for the sum. So nothing needs sorting
// afterwards, output begins at once, and as both channels are bounded, a walker that runs ahead
// waits: memory holds the paths between walker and collector, not the tree.
//
// Ctrl-C closes `stop`. The walker looks no further, the hashers give up what they are in the
// middle of, every file on its way still arrives, marked, and the stages end in turn because the
// one before has closed its channel.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gofer.h>
#include <openssl/evp.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    SUM = 32,          // bytes of a SHA-256
    BLOCK = 128 << 10, // bytes a read; measured: mmap is slower, by half for small files
    AHEAD = 4,         // files per hasher that the walker may be ahead of the hashers
    WINDOW = 1 << 17,  // files that may be done but for a slow one that is printed before them
};

struct file {
    char *path;
    int err; // 0, or a negative errno: there is no sum; -ECANCELED: the run was stopped
    unsigned char sum[SUM];
    chan(go_unit) hashed; // one signal: err and sum are final
};

// The status line on a terminal, and the figures in it.
struct progress {
    go_mutex terminal; // held by whoever writes, so that the line and the output never mix
    bool shown;
    bool erase_for_output; // the output goes to a terminal as well
    go_time begin;
    _Atomic uint64_t files;
    _Atomic uint64_t bytes;
};

static void *must(void *p)
{
    if (!p)
        go_panic("out of memory");
    return p;
}

static bool is_stopped(recv_chan(go_unit) stop)
{
    return chan_try_recv(stop, NULL) == GO_CLOSED;
}

// ---- Files on their way ----

static struct file *file_new(char *path)
{
    struct file *file = must(calloc(1, sizeof(*file)));
    file->path = path;
    file->hashed = chan_make(go_unit, 1);
    return file;
}

static void file_free(struct file *file)
{
    chan_free(file->hashed);
    free(file->path);
    free(file);
}

// Never blocks, for there is room for the one signal. The file is the collector's from here on.
static void file_finish(struct file *file, int err)
{
    file->err = err;
    chan_send(file->hashed, GO_UNIT);
}

// ---- The frontier: paths found and not yet visited, the least on top of a heap ----
// Directories end in a slash. All that a directory holds sorts after "dir/" and has it as a prefix,
// so taking the least path each time gives every file in sorted order, even for DIRs that overlap.

struct frontier {
    char **at;
    size_t count, room;
};

static void frontier_push(struct frontier *f, char *path)
{
    if (f->count == f->room) {
        f->room = f->room ? 2 * f->room : 256;
        f->at = must(realloc(f->at, f->room * sizeof(*f->at)));
    }
    size_t i = f->count++;
    for (; i > 0 && strcmp(path, f->at[(i - 1) / 2]) < 0; i = (i - 1) / 2)
        f->at[i] = f->at[(i - 1) / 2];
    f->at[i] = path;
}

static char *frontier_pop(struct frontier *f)
{
    char *least = f->at[0], *last = f->at[--f->count];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < f->count; i = child) {
        if (child + 1 < f->count && strcmp(f->at[child + 1], f->at[child]) < 0)
            child++;
        if (strcmp(last, f->at[child]) <= 0)
            break;
        f->at[i] = f->at[child];
    }
    f->at[i] = last;
    return least;
}

static void frontier_free(struct frontier *f)
{
    while (f->count > 0)
        free(f->at[--f->count]);
    free(f->at);
}

// ---- Walker ----

static bool is_directory(const char *path)
{
    size_t n = strlen(path);
    return n > 0 && path[n - 1] == '/';
}

// Adds dir's entry to the frontier if it is a directory or a regular file. What cannot be looked at
// goes in as a file: opening it will fail for the same reason, and say so in its place.
static void add(struct frontier *f, const char *dir, const char *name, unsigned char type)
{
    size_t n = strlen(dir), m = strlen(name);
    char *path = must(malloc(n + m + 2));
    memcpy(path, dir, n);
    memcpy(path + n, name, m + 1);
    struct stat st;
    if (type == DT_UNKNOWN)
        type = lstat(path, &st) < 0 ? DT_REG : IFTODT(st.st_mode);
    if (type == DT_DIR && !is_directory(path))
        memcpy(path + n + m, "/", 2);
    if (type == DT_DIR || type == DT_REG)
        frontier_push(f, path);
    else
        free(path);
}

static int add_entries(struct frontier *f, const char *dir)
{
    DIR *d = opendir(dir);
    if (!d)
        return -errno;
    defer(closedir, d);
    for (;;) {
        errno = 0;
        const struct dirent *e = readdir(d);
        if (!e)
            return -errno;
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            add(f, dir, e->d_name, e->d_type);
    }
}

// Visits the least path: opens a directory up, or sends a file to the hashers and, in its place, to
// the collector. Returns whether to go on.
static bool visit_next(struct frontier *f, send_chan(struct file *) work,
                       send_chan(struct file *) order, recv_chan(go_unit) stop)
{
    struct file *file = file_new(frontier_pop(f));
    int err = 0;
    if (is_stopped(stop)) {
        err = -ECANCELED;
    } else if (is_directory(file->path)) {
        err = add_entries(f, file->path);
        if (err == 0) {
            file_free(file);
            return true;
        }
    } else {
        go_select {
            case_send(work, file) {}
            case_recv(stop) {
                err = -ECANCELED;
            }
        }
    }
    if (err)
        file_finish(file, err);
    chan_send(order, file);
    return err != -ECANCELED;
}

static void walk(char **dirs, send_chan(struct file *) work, send_chan(struct file *) order,
                 recv_chan(go_unit) stop)
{
    struct frontier f = {0};
    defer(frontier_free, &f);
    for (; *dirs; dirs++)
        add(&f, "", *dirs, DT_UNKNOWN);
    while (f.count > 0 && visit_next(&f, work, order, stop))
        ;
    chan_close(work);
    chan_close(order);
}

// ---- Hashers ----

// Reads with plain calls: they mostly find the page cache, and where one does block, the runtime
// gives the processor to another goroutine.
static int hash_file(struct file *file, EVP_MD_CTX *md, unsigned char *block,
                     recv_chan(go_unit) stop, struct progress *p)
{
    int fd = open(file->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    defer(close, fd);
    bool ok = EVP_DigestInit_ex(md, EVP_sha256(), NULL);
    for (;;) {
        if (is_stopped(stop))
            return -ECANCELED;
        ssize_t n = read(fd, block, BLOCK);
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        ok &= EVP_DigestUpdate(md, block, (size_t)n);
        atomic_fetch_add_explicit(&p->bytes, (uint64_t)n, memory_order_relaxed);
    }
    ok &= EVP_DigestFinal_ex(md, file->sum, NULL);
    atomic_fetch_add_explicit(&p->files, 1, memory_order_relaxed);
    return ok ? 0 : -EIO;
}

static void hash_files(recv_chan(struct file *) work, recv_chan(go_unit) stop, struct progress *p)
{
    EVP_MD_CTX *md = must(EVP_MD_CTX_new());
    defer(EVP_MD_CTX_free, md);
    unsigned char *block = must(malloc(BLOCK));
    defer(free, block);
    chan_range(file, work) {
        file_finish(file, hash_file(file, md, block, stop, p));
    }
}

// ---- Progress ----

static void progress_erase(struct progress *p)
{
    if (p->shown)
        fputs("\r\033[K", stderr);
    p->shown = false;
}

// "1.5 GB" and the like.
static const char *human(double bytes, char text[16])
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    int unit = 0;
    for (; bytes >= 999.5 && unit < 6; unit++)
        bytes /= 1000;
    snprintf(text, 16, "%.*f %s", unit && bytes < 99.95 ? 1 : 0, bytes, units[unit]);
    return text;
}

static void progress_draw(struct progress *p)
{
    char size[16], rate[16];
    double seconds = (double)go_since(p->begin) / GO_SECOND;
    uint64_t files = p->files, bytes = p->bytes;
    go_mutex_lock(&p->terminal);
    fprintf(stderr, "\r%llu files, %s, %s/s\033[K", (unsigned long long)files,
            human((double)bytes, size), human((double)bytes / seconds, rate));
    p->shown = true;
    go_mutex_unlock(&p->terminal);
}

static void progress_run(struct progress *p, recv_chan(go_unit) done)
{
    for (bool over = false; !over;) {
        go_select {
            case_recv(done) {
                over = true;
            }
            case_timeout(200 * GO_MILLISECOND) {
                progress_draw(p);
            }
        }
    }
}

// ---- Collector ----

struct outcome {
    uint64_t printed;
    bool failed;
    bool stopped;
};

// A line of sha256sum: a name with a newline, carriage return or backslash in it is escaped, and a
// backslash before the sum says so.
static void print_sum(const struct file *file)
{
    static const char digits[] = "0123456789abcdef";
    char hex[2 * SUM + 2];
    for (int i = 0; i < SUM; i++) {
        hex[2 * i] = digits[file->sum[i] >> 4];
        hex[2 * i + 1] = digits[file->sum[i] & 15];
    }
    memset(hex + 2L * SUM, ' ', 2);
    bool escape = strpbrk(file->path, "\\\n\r");
    if (escape)
        putchar('\\');
    fwrite(hex, 1, sizeof(hex), stdout);
    for (const char *c = file->path; escape && *c; c++) {
        if (strchr("\\\n\r", *c))
            putchar('\\');
        putchar(*c == '\n' ? 'n' : *c == '\r' ? 'r' : *c);
    }
    puts(escape ? "" : file->path);
}

static void print_result(const struct file *file, struct outcome *out, const struct progress *p)
{
    char size[16];
    if (file->err == 0) {
        print_sum(file);
        out->printed++;
    } else if (file->err == -ECANCELED) {
        fflush(stdout);
        fprintf(stderr,
                "dirsum: interrupted after %llu files; %s read; the next would have been %s\n",
                (unsigned long long)out->printed, human((double)p->bytes, size), file->path);
        out->stopped = true;
    } else {
        fprintf(stderr, "dirsum: %s: %s\n", file->path, strerror(-file->err));
        out->failed = true;
    }
}

// Prints what comes, in order; after the first file that a stop cut off, nothing more: what was
// printed has no gaps.
static struct outcome collect(recv_chan(struct file *) order, struct progress *p)
{
    struct outcome out = {0};
    chan_range(file, order) {
        chan_recv(file->hashed);
        if (!out.stopped) {
            go_mutex_lock(&p->terminal);
            if (p->erase_for_output || file->err)
                progress_erase(p);
            print_result(file, &out, p);
            go_mutex_unlock(&p->terminal);
        }
        file_free(file);
    }
    return out;
}

// ---- Ctrl-C ----

static sem_t interrupts;

static void on_interrupt(int sig)
{
    (void)sig;
    sem_post(&interrupts);
}

// A second Ctrl-C finds the default action and ends the process at once. One that was ignored when
// the program was started, as by nohup, stays ignored.
static void catch_interrupt(void)
{
    sem_init(&interrupts, 0, 0);
    struct sigaction old, sa = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART | SA_RESETHAND};
    if (sigaction(SIGINT, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
        sigaction(SIGINT, &sa, NULL);
}

static void stop_on_interrupt(send_chan(go_unit) stop)
{
    while (go_blocking(sem_wait, &interrupts) != 0)
        ;
    chan_close(stop);
}

// ---- All together ----

static struct outcome run(char **dirs, struct progress *p, bool show)
{
    int hashers = go_maxprocs(0);
    chan(struct file *) work = chan_make(struct file *, AHEAD * hashers);
    chan(struct file *) order = chan_make(struct file *, WINDOW);
    chan(go_unit) stop = chan_make(go_unit), done = chan_make(go_unit);
    go_waitgroup stages = {0};

    go_waitgroup_go(&stages, stop_on_interrupt, stop);
    go_waitgroup_go(&stages, walk, dirs, work, order, stop);
    for (int i = 0; i < hashers; i++)
        go_waitgroup_go(&stages, hash_files, work, stop, p);
    if (show)
        go_waitgroup_go(&stages, progress_run, p, done);
    struct outcome out = collect(order, p);

    chan_close(done);
    sem_post(&interrupts); // lets its goroutine end
    go_waitgroup_wait(&stages);
    progress_erase(p);
    chan_free(work);
    chan_free(order);
    chan_free(stop);
    chan_free(done);
    return out;
}

int main(int argc, char **argv)
{
    if (argc < 2 || argv[1][0] == '-') {
        fputs("usage: dirsum DIR...    (a DIR that begins with a dash: ./-DIR)\n", stderr);
        return 2;
    }
    catch_interrupt();
    struct progress p = {.begin = go_now(), .erase_for_output = isatty(STDOUT_FILENO)};
    struct outcome out = run(argv + 1, &p, isatty(STDERR_FILENO));
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "dirsum: cannot write: %s\n", strerror(errno));
        return 1;
    }
    return out.stopped ? 130 : out.failed;
}
