// SPDX-License-Identifier: MIT
// gzip by zlib: see gzip.h. zlib's functions are found by dlopen, once; its types come from its header. Data may be
// several members in a row, each a gzip of its own, as the format allows.
#include "http/gzip.h"

#include <gofer/sync.h>

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <zlib.h>

enum { PACKED = 8192 };

static struct {
    int (*init)(z_streamp, int, const char *, int);
    int (*inflate)(z_streamp, int);
    int (*reset)(z_streamp);
    int (*end)(z_streamp);
    bool found;
} zlib;
static go_once loaded;

struct gf_gzip {
    z_stream stream;
    ssize_t (*read)(void *arg, void *buf, size_t n);
    void *arg;
    bool in_member; // a member has begun and not ended
    bool ended;     // the source has
    bool full;      // the last call filled its buffer: there may be more inside
    bool broken;
    unsigned char packed[PACKED];
};

// A static program has no loader; its linker would warn of one that is mentioned, so it is asked for by name.
extern __typeof__(dlsym) dlsym __attribute__((weak));

static void *open_library(void)
{
    __typeof__(&dlopen) open;
    if (getauxval(AT_BASE) == 0 || !dlsym)
        return NULL;
    *(void **)&open = dlsym(RTLD_DEFAULT, "dlopen");
    return open ? open("libz.so.1", RTLD_NOW | RTLD_LOCAL) : NULL;
}

static void load(void)
{
    void *library = open_library();
    if (!library)
        return;
    zlib.init = (int (*)(z_streamp, int, const char *, int))dlsym(library, "inflateInit2_");
    zlib.inflate = (int (*)(z_streamp, int))dlsym(library, "inflate");
    zlib.reset = (int (*)(z_streamp))dlsym(library, "inflateReset");
    zlib.end = (int (*)(z_streamp))dlsym(library, "inflateEnd");
    zlib.found = zlib.init && zlib.inflate && zlib.reset && zlib.end;
}

bool gf_gzip_available(void)
{
    go_once_do(&loaded, load);
    return zlib.found;
}

struct gf_gzip *gf_gzip_new(ssize_t (*read)(void *arg, void *buf, size_t n), void *arg)
{
    struct gf_gzip *z = calloc(1, sizeof(*z));
    if (!z)
        return NULL;
    z->read = read;
    z->arg = arg;
    // 16 more than the window's bits: gzip, not zlib's own format.
    if (zlib.init(&z->stream, 16 + MAX_WBITS, ZLIB_VERSION, (int)sizeof(z_stream)) != Z_OK) {
        free(z);
        return NULL;
    }
    return z;
}

void gf_gzip_free(struct gf_gzip *z)
{
    if (!z)
        return;
    zlib.end(&z->stream);
    free(z);
}

// More packed bytes: 1, 0 at the end, or the source's error.
static ssize_t refill(struct gf_gzip *z)
{
    ssize_t n = z->read(z->arg, z->packed, sizeof(z->packed));
    if (n <= 0) {
        z->ended = n == 0;
        return n;
    }
    z->stream.next_in = z->packed;
    z->stream.avail_in = (uInt)n;
    return 1;
}

// Unpacks what there is. The bytes that came out; what came before an error is handed out first, then -EBADMSG.
static ssize_t unpack(struct gf_gzip *z, void *buf, size_t n)
{
    uInt room = n < 1u << 30 ? (uInt)n : 1u << 30;
    z->stream.next_out = buf;
    z->stream.avail_out = room;
    z->in_member |= z->stream.avail_in > 0;
    int result = zlib.inflate(&z->stream, Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
        z->in_member = false;
        zlib.reset(&z->stream);
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
        z->broken = true;
    }
    z->full = z->stream.avail_out == 0;
    ssize_t got = room - z->stream.avail_out;
    return z->broken && got == 0 ? -EBADMSG : got;
}

ssize_t gf_gzip_read(struct gf_gzip *z, void *buf, size_t n)
{
    while (n && !z->broken && (!z->ended || z->full)) {
        if (z->stream.avail_in == 0 && !z->full) {
            ssize_t more = refill(z);
            if (more < 0)
                return more;
            if (more == 0)
                break;
        }
        ssize_t got = unpack(z, buf, n);
        if (got)
            return got;
    }
    return n && (z->in_member || z->broken) ? -EBADMSG : 0;
}
