// SPDX-License-Identifier: MIT
// Certificates for tests, made by the openssl command in a directory of the test's own; a machine without it skips.
#ifndef GOFER_TESTS_CERTIFICATE_H
#define GOFER_TESTS_CERTIFICATE_H

// A path in that directory; valid until eight calls later.
const char *test_in_dir(const char *name);
// Makes NAME.pem, a certificate that signs itself, for names as in "DNS:a.test,IP:127.0.0.1", and NAME.key. Its subject is
// CN=test.
void test_make_certificate(const char *name, const char *names);
// Removes the directory.
void test_remove_dir(void);

#endif
