// SPDX-License-Identifier: MIT
// Publish and subscribe: a message published on a topic goes to every subscriber of it at that moment, each with a
// channel of its own. Publishing never waits for a subscriber: one that is slow, so that its channel is full, misses
// messages, alone. All subscribers of a topic see its messages in the same order.
//
//     chan(struct price) prices = go_pubsub_subscribe(ps, "prices", struct price, 16);
//     …
//     int missed = go_pubsub_publish(ps, "prices", &(struct price){…});
#ifndef GOFER_X_PUBSUB_H
#define GOFER_X_PUBSUB_H

#include <gofer/chan.h>

GO_BEGIN_DECLS

typedef struct go_pubsub go_pubsub;

// Makes a broker without subscribers.
// Errors: fatal when no memory is left.   Owns: the caller, until go_pubsub_free.
GO_API go_pubsub *go_pubsub_new(void);
// Closes it and ends it; NULL is allowed. The subscribers' channels are theirs.
GO_API void go_pubsub_free(go_pubsub *ps);

// go_pubsub_subscribe(ps, topic, T, cap): subscribes to the topic, any text, and returns a chan(T) with room for cap
// messages. It is closed by go_pubsub_unsubscribe and go_pubsub_close; after a close it is closed already.
// Panics: as chan_make.   Owns: the caller frees the channel once it is closed. Its program must not close it.
#define go_pubsub_subscribe(ps, topic, T, cap)                                                     \
    ((GO_CHAN(T))go_pubsub_subscribe_((ps), (topic), sizeof(T), (cap)))

// go_pubsub_publish(ps, topic, &message): sends the message to every subscriber of the topic. Never waits for one.
// Returns how many have missed it; 0 after a close.
// Panics: "pubsub: message of another size than the subscriber's", and nobody gets it.
// Memory: happens before each receive of the message.
#define go_pubsub_publish(ps, topic, message)                                                      \
    go_pubsub_publish_((ps), (topic), (message), sizeof *(message))

// go_pubsub_unsubscribe(ps, topic, ch): ends the subscription and closes its channel, whatever is published meanwhile;
// what is buffered can still be received. Does nothing if ch is no subscriber of the topic, so a second call is allowed
// until the channel is freed.
#define go_pubsub_unsubscribe(ps, topic, ch)                                                       \
    go_pubsub_unsubscribe_((ps), (topic), (struct go_chan *)(1 ? (ch) : (GO_ANY_CHAN(ch))0))

// Ends all subscriptions and closes their channels; nothing can be published any more. May be called again.
GO_API void go_pubsub_close(go_pubsub *ps);

// What the macros are made of.
GO_API struct go_chan *go_pubsub_subscribe_(go_pubsub *ps, const char *topic, size_t size,
                                            int64_t cap);
GO_API int go_pubsub_publish_(go_pubsub *ps, const char *topic, const void *message, size_t size);
GO_API void go_pubsub_unsubscribe_(go_pubsub *ps, const char *topic, struct go_chan *ch);

GO_END_DECLS

#endif
