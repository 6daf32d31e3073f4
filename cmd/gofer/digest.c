// SPDX-License-Identifier: MIT
// Content hashing for the cache, on OpenSSL's libcrypto, which picks the processor's SHA instructions: the
// fifty system headers behind a small program cost about a millisecond. A file is framed by the size that
// was read, after its bytes, for it may change while it is read.
#include "digest.h"

#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct digest {
    EVP_MD_CTX *context;
};

static void update(struct digest *d, const void *data, size_t size)
{
    if (EVP_DigestUpdate(d->context, data, size) != 1)
        report_fatal("libcrypto cannot compute SHA-256");
}

struct digest *digest_new(void)
{
    struct digest *d = malloc(sizeof(*d));
    if (!d)
        report_fatal("out of memory");
    d->context = EVP_MD_CTX_new();
    if (!d->context || EVP_DigestInit_ex(d->context, EVP_sha256(), NULL) != 1)
        report_fatal("libcrypto cannot compute SHA-256");
    return d;
}

void digest_add(struct digest *d, const void *data, size_t size)
{
    uint64_t frame = size;
    update(d, &frame, sizeof(frame));
    update(d, data, size);
}

void digest_add_text(struct digest *d, const char *text)
{
    if (text)
        digest_add(d, text, strlen(text) + 1);
    else
        digest_add(d, "", 0);
}

static int add_descriptor(struct digest *d, int fd)
{
    char block[65536];
    uint64_t total = 0;
    ssize_t n;
    while ((n = read(fd, block, sizeof(block))) != 0) {
        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0) {
            update(d, block, (size_t)n);
            total += (uint64_t)n;
        }
    }
    update(d, &total, sizeof(total));
    return 0;
}

int digest_add_file(struct digest *d, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int err = add_descriptor(d, fd);
    close(fd);
    return err;
}

void digest_end(struct digest *d, char hex[DIGEST_HEX])
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (EVP_DigestFinal_ex(d->context, bytes, &size) != 1 || size != 32)
        report_fatal("libcrypto cannot compute SHA-256");
    for (unsigned int i = 0; i < size; i++)
        sprintf(hex + (size_t)2 * i, "%02x", bytes[i]);
    EVP_MD_CTX_free(d->context);
    free(d);
}

int digest_file(const char *path, char hex[DIGEST_HEX])
{
    struct digest *d = digest_new();
    int err = digest_add_file(d, path);
    char computed[DIGEST_HEX];
    digest_end(d, computed);
    if (!err)
        memcpy(hex, computed, DIGEST_HEX);
    return err;
}
