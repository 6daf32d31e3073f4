// SPDX-License-Identifier: MIT
// Ports by name.
#ifndef GF_NET_SERVICE_H
#define GF_NET_SERVICE_H

// The port that a text stands for on sockets of a type, SOCK_STREAM or SOCK_DGRAM: a number, nothing (0), or the name of a
// service, known here or to /etc/services. -EINVAL if it is none. Outside of the runtime.
int gf_service_port(int type, const char *text);
// The same for numbers only.
int gf_service_number(const char *text);

#endif
