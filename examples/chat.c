// SPDX-License-Identifier: MIT
// A chat server: rooms are topics of a pub/sub, every line is published to the room, and whoever reads too slowly misses
// lines without holding up the others. A connection has two goroutines, one that reads and one that writes. The first
// line is the name; "/join ROOM" changes the room. Without an argument it plays a short scene with itself:
//
//     gofer run examples/chat.c :7000
//     nc localhost 7000
#include <gofer.h>
#include <gofer/x/pubsub.h>
#include <stdio.h>
#include <string.h>

struct line {
    char text[256];
};

// Lines out of a connection.
struct reader {
    go_conn *conn;
    size_t used;
    char buf[256];
};

static bool read_line(struct reader *r, struct line *line)
{
    for (;;) {
        char *end = memchr(r->buf, '\n', r->used);
        if (end) {
            size_t n = (size_t)(end - r->buf);
            memcpy(line->text, r->buf, n);
            line->text[n] = '\0';
            r->used -= n + 1;
            memmove(r->buf, end + 1, r->used);
            return true;
        }
        // A line that is longer than the room for it ends the conversation.
        ssize_t got = r->used < sizeof r->buf
                          ? go_conn_read(r->conn, r->buf + r->used, sizeof r->buf - r->used)
                          : 0;
        if (got <= 0)
            return false;
        r->used += (size_t)got;
    }
}

// --- The server ---

struct guest {
    go_conn *conn;
    go_pubsub *rooms;
    char name[32], room[32];
    chan(struct line) lines;
    go_waitgroup writing;
};

static void deliver(go_conn *c, recv_chan(struct line) lines)
{
    chan_range(line, lines) {
        size_t n = strlen(line.text);
        line.text[n] = '\n';
        if (go_conn_write(c, line.text, n + 1) < 0)
            go_conn_close(c); // the reader sees it too
    }
}

static void say(struct guest *g, const char *what, const char *text)
{
    struct line line;
    snprintf(line.text, sizeof line.text - 1, "%s%s%.200s", g->name, what, text);
    go_pubsub_publish(g->rooms, g->room, &line);
}

static void enter(struct guest *g, const char *room)
{
    snprintf(g->room, sizeof g->room, "%.31s", room);
    g->lines = go_pubsub_subscribe(g->rooms, g->room, struct line, 64);
    go_waitgroup_go(&g->writing, deliver, g->conn, g->lines);
    say(g, " has come", "");
}

static void leave(struct guest *g)
{
    go_pubsub_unsubscribe(g->rooms, g->room, g->lines);
    go_waitgroup_wait(&g->writing);
    chan_free(g->lines);
    say(g, " has left", "");
}

static void converse(struct guest *g, struct reader *r)
{
    struct line line;
    while (read_line(r, &line)) {
        if (strncmp(line.text, "/join ", 6) == 0) {
            leave(g);
            enter(g, line.text + 6);
        } else {
            say(g, ": ", line.text);
        }
    }
}

static void serve(go_conn *c, go_pubsub *rooms)
{
    struct guest g = {.conn = c, .rooms = rooms};
    struct reader r = {.conn = c};
    struct line name;
    if (read_line(&r, &name)) {
        snprintf(g.name, sizeof g.name, "%.31s", name.text);
        enter(&g, "lobby");
        converse(&g, &r);
        leave(&g);
    }
    go_conn_free(c);
}

static void accept_all(go_listener *l, go_pubsub *rooms)
{
    for (go_conn *c; (c = go_accept(l, NULL));)
        go(serve, c, rooms);
}

// --- A scene ---

static struct reader come(go_listener *l, const char *name)
{
    char address[64];
    (void)go_listener_addr(l, address, sizeof address);
    struct reader r = {.conn = go_dial_timeout("tcp", address, 5 * GO_SECOND, NULL)};
    if (r.conn) {
        (void)go_conn_write(r.conn, name, strlen(name));
        (void)go_conn_write(r.conn, "\n", 1);
    }
    return r;
}

static void tell(struct reader *r, const char *text)
{
    (void)go_conn_write(r->conn, text, strlen(text));
}

static void hear(struct reader *r, const char *who)
{
    struct line line;
    if (read_line(r, &line))
        printf("%s reads \"%s\"\n", who, line.text);
}

static void play(go_listener *l)
{
    struct reader ann = come(l, "Ann");
    hear(&ann, "Ann");
    struct reader bob = come(l, "Bob");
    hear(&bob, "Bob");
    hear(&ann, "Ann");
    tell(&ann, "hello Bob\n");
    hear(&ann, "Ann");
    hear(&bob, "Bob");
    tell(&bob, "/join garden\nnobody here?\n");
    hear(&ann, "Ann");
    hear(&bob, "Bob");
    hear(&bob, "Bob");
    tell(&ann, "/join garden\n");
    hear(&ann, "Ann");
    hear(&bob, "Bob");
    go_conn_free(bob.conn);
    hear(&ann, "Ann");
    go_conn_free(ann.conn);
}

int main(int argc, char **argv)
{
    int err;
    go_listener *l = go_listen("tcp", argc > 1 ? argv[1] : "127.0.0.1:0", &err);
    if (!l) {
        fprintf(stderr, "chat: cannot listen: %s\n", go_strerror(err));
        return 1;
    }
    go_pubsub *rooms = go_pubsub_new();
    if (argc > 1) {
        accept_all(l, rooms);
    } else {
        go(accept_all, l, rooms);
        play(l);
    }
    return 0;
}
