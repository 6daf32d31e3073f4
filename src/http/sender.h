// SPDX-License-Identifier: MIT
// The sending of a long body, in a goroutine beside the one that reads the answer: servers answer before they have read
// everything, and some then read no more until their answer is taken.
//
//   WAITING --"100 Continue", an answer that keeps the connection, a second--> SENDING --> DONE
//   WAITING --an answer that ends the connection--> DONE
#ifndef GF_HTTP_SENDER_H
#define GF_HTTP_SENDER_H

#include "http/transport.h"

struct gf_sender;

// What a sender that waits for "100 Continue" is told: whether to begin. Only the first time counts. NULL is allowed.
void gf_sender_tell(struct gf_sender *s, bool begin);
// The caller's memory may go from now on: what has not been sent of it is copied. NULL is allowed.
void gf_sender_let_go(struct gf_sender *s);
// Whether the whole body has been sent, which is waited for a little. NULL: it has.
bool gf_sender_has_finished(struct gf_sender *s);
// The error that kept it from sending everything, 0 if there is none so far. NULL is allowed.
int gf_sender_error(struct gf_sender *s);
// Takes over a connection that is of no more use, and ends it with the sender.
void gf_sender_leave(struct gf_sender *s, struct gf_client_conn *c);
// Waits until it sends no more: the connection must have been left to it, or closed. NULL is allowed.
void gf_sender_end(struct gf_sender *s);

#endif
