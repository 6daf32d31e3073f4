// SPDX-License-Identifier: MIT
// HTTP/1.1: a server with Go 1.22's patterns, and a client. A handler is a function that runs in the goroutine of its
// connection: it reads and writes as if each call blocked, and returns when the answer is complete.
//
//     static void hello(go_http_response *w, go_http_request *r, void *arg)
//     {
//         go_http_printf(w, "hello, %s\n", go_http_path_value(r, "name"));
//     }
//     int main(void)
//     {
//         go_http_mux *mux = go_http_mux_new();
//         go_http_handle(mux, "GET /hello/{name}", hello, NULL);
//         go_http_server *s = go_http_server_new(mux, (go_http_options){0});
//         return go_http_listen_and_serve(s, ":8080");
//     }
#ifndef GOFER_HTTP_H
#define GOFER_HTTP_H

#include <gofer/context.h>
#include <gofer/net.h>
#include <gofer/time.h>
#include <sys/types.h>

GO_BEGIN_DECLS

typedef struct go_http_mux go_http_mux;
typedef struct go_http_server go_http_server;
typedef struct go_http_request go_http_request;
typedef struct go_http_response go_http_response;
typedef struct go_http_next go_http_next;

// Answers a request. Whatever it wrote is sent when it returns; nothing written means 200 without a body. A panic in it
// is logged and ends its connection, nothing else.
typedef void (*go_http_fn)(go_http_response *w, go_http_request *r, void *arg);

// Stands before the handlers: calls go_http_next_run, or answers itself.
typedef void (*go_http_middleware)(go_http_response *w, go_http_request *r, go_http_next *next,
                                   void *arg);

// --- Routing ---

// Makes an empty mux.   Owns: the caller, until go_http_mux_free, once no server uses it any more.
GO_API go_http_mux *go_http_mux_new(void);
GO_API void go_http_mux_free(go_http_mux *mux);

// Registers fn for a pattern "[METHOD ][HOST]/[PATH]" of Go 1.22: a segment of the path may be {name}, the last one
// {name...} (the rest) or {$} (the end); a slash at the end takes the rest too. The most specific pattern wins.
// GET serves HEAD as well. Allowed while requests are served.
// Panics: as Go's Handle, "parsing …" for a bad pattern, "pattern … conflicts with pattern …" if neither of two is more
// specific; "http: nil handler".   Go: http.ServeMux.HandleFunc
GO_API void go_http_handle(go_http_mux *mux, const char *pattern, go_http_fn fn, void *arg);
GO_API void go_http_handle_at_(go_http_mux *mux, const char *pattern, go_http_fn fn, void *arg,
                               const char *where);
#define go_http_handle(mux, pattern, fn, arg)                                                      \
    go_http_handle_at_(mux, pattern, fn, arg, __FILE__ ":" GO_HTTP_TEXT_(__LINE__))
#define GO_HTTP_TEXT_(x) GO_HTTP_TEXT__(x)
#define GO_HTTP_TEXT__(x) #x

// Adds middleware around everything that the mux answers, 404 included; the first one added is outermost.
GO_API void go_http_use(go_http_mux *mux, go_http_middleware m, void *arg);
// Runs what comes behind the middleware that got this. At most once, before the middleware returns.
GO_API void go_http_next_run(go_http_next *next);

// Mounts /debug/pprof/: a page that lists the profiles of gofer/profile.h, and each of them below it by its name, in the
// format of ?debug=. /debug/pprof/profile is cpu; it, block and mutex are collected for ?seconds=, 30 if not said. A block
// or mutex profile that the program collects itself is shown at once, as far as it has come.
// `go tool pprof http://HOST/debug/pprof/goroutine` opens one.   Go: net/http/pprof
GO_API void go_http_pprof(go_http_mux *mux);

// --- The request ---

// These return texts that live until the handler returns; NULL if there is no such thing, "" if it is there and empty.
// From: the handler's goroutine. The body may be read by another one meanwhile, one at a time, until the handler returns.

GO_API const char *go_http_method(go_http_request *r);
GO_API const char *go_http_path(go_http_request *r);      // decoded
GO_API const char *go_http_raw_path(go_http_request *r);  // as sent
GO_API const char *go_http_raw_query(go_http_request *r); // as sent, without the question mark
GO_API const char *go_http_host(go_http_request *r);      // as sent, with its port
GO_API const char *go_http_pattern(go_http_request *r);   // that matched; NULL in a 404
// The decoded value of a wildcard of the pattern.
GO_API const char *go_http_path_value(go_http_request *r, const char *name);
// The decoded first value of a key of the query.
GO_API const char *go_http_query(go_http_request *r, const char *key);
// The first value of a header; names have no case.
GO_API const char *go_http_header(go_http_request *r, const char *name);
// The i-th header, from 0; false behind the last one.
GO_API bool go_http_header_at(go_http_request *r, size_t i, const char **name, const char **value);
// A field of the trailer, once the body has been read to its end.
GO_API const char *go_http_trailer(go_http_request *r, const char *name);
// The peer's address and port.
GO_API const char *go_http_remote_addr(go_http_request *r);
// The length that the body says it has; -1 if it comes in chunks.
GO_API int64_t go_http_content_length(go_http_request *r);

// Reads from the body. Blocks until there is something. Sends the "100 Continue" that a client waits for.
// Returns: bytes, at most n; 0 at the end of the body.
// Errors: -EMSGSIZE: longer than max_body_bytes (the answer becomes 413, unless one is under way); -EBADMSG: malformed;
// -ECONNRESET: the client went away; -ETIMEDOUT: read_timeout is over.
GO_API ssize_t go_http_body_read(go_http_request *r, void *buf, size_t n);

// The request's context: it ends when the handler has returned, or the client goes away.
// Owns: the request; go_context_ref keeps it longer.   Go: Request.Context
GO_API go_context *go_http_context(go_http_request *r);

// --- The response ---

// Sets a header, replacing what was set before; NULL removes it. Without effect once the header is sent. What has no
// Content-Type gets one by the look of its first bytes. Line breaks in a value become blanks.
GO_API void go_http_set_header(go_http_response *w, const char *name, const char *value);
// Adds one more of that name.
GO_API void go_http_add_header(go_http_response *w, const char *name, const char *value);
// Sets a field that is sent behind the body, which then comes in chunks.
GO_API void go_http_set_trailer(go_http_response *w, const char *name, const char *value);
// Chooses the status, once; 1xx (but 101) is sent at once, and another one may follow.
// Panics: "invalid WriteHeader code N" outside of 100 to 999.
GO_API void go_http_write_header(go_http_response *w, int status);
// Writes to the body. Small amounts are collected; what fits is sent with its length, more in chunks. May block.
// Returns: n, or an error, after which the connection is of no use: -EPIPE, -ECONNRESET, -ETIMEDOUT; -EMSGSIZE: more than
// the Content-Length that was set; -EINVAL: this status has no body; -ESHUTDOWN: hijacked.
GO_API ssize_t go_http_write(go_http_response *w, const void *p, size_t n);
GO_API ssize_t go_http_printf(go_http_response *w, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
// Answers with a plain text and a newline.   Go: http.Error
GO_API void go_http_error(go_http_response *w, int status, const char *text);
// Answers with a redirect; a relative url is resolved here. What it answers to GET is a line of HTML, unless the handler has
// set a Content-Type: then it writes the body itself.   Go: http.Redirect
GO_API void go_http_redirect(go_http_response *w, go_http_request *r, const char *url, int status);
// Sends what has been written so far: for streams and server-sent events. 0, or an error as of go_http_write.
GO_API int go_http_flush(go_http_response *w);
// Takes the connection over: the server has nothing to do with it any more, and the caller closes and frees it. Bytes
// that the server has read already are the first to be read. NULL if something has been sent, or if there is no
// connection below (go_http_timeout).
GO_API go_conn *go_http_hijack(go_http_response *w);
// "OK" for 200; "" if unknown.
GO_API const char *go_http_status_text(int status);

// --- Files ---

// Answers with a file: its type by its name, or else by its beginning; Last-Modified, and an ETag that was set before, with
// the conditions that a client makes of them (304, 412); ranges of bytes, one or several (206, 416). A directory is answered
// by its index.html, a missing file by 404, another method than GET and HEAD by 405.   Go: http.ServeFile
GO_API void go_http_file(go_http_response *w, go_http_request *r, const char *path);
// A handler that serves the files below a directory, its argument: for patterns with a rest, like "GET /static/" or
// "GET /{file...}", which names the file. A path that climbs out is answered by 400.   Go: http.FileServer
GO_API void go_http_files(go_http_response *w, go_http_request *r, void *directory);

// --- Middleware that comes with the server; see go_http_use ---

// Answers a panic with 500 and logs it with its stack; if an answer is under way, the connection breaks off. arg: NULL.
GO_API void go_http_recovery(go_http_response *w, go_http_request *r, go_http_next *next,
                             void *arg);
// Writes a line a request: address, method, path, status, bytes, time. arg: a FILE *, or NULL for stderr.
GO_API void go_http_log(go_http_response *w, go_http_request *r, go_http_next *next, void *arg);
// Answers 503 when what is behind it takes longer than arg, a go_duration *. The handler is not stopped: its context ends,
// its reads and writes fail with -ETIMEDOUT. Its answer is collected and sent in one; it cannot flush or hijack.
// Go: http.TimeoutHandler
GO_API void go_http_timeout(go_http_response *w, go_http_request *r, go_http_next *next, void *arg);

// Answers 429 with Retry-After (seconds) when arg, a go_limiter *, allows no more.
GO_API void go_http_rate_limit(go_http_response *w, go_http_request *r, go_http_next *next,
                               void *arg);

// --- The server ---

// A panic of a handler with go_panic_value(go_http_abort) ends its connection without a word in the log.
// Go: http.ErrAbortHandler
GO_API extern void *const go_http_abort;

// Zero fields mean no limit, but for max_header_bytes. A handshake over TLS has the least of the first three that are set.
typedef struct go_http_options {
    go_duration read_header_timeout; // for a request's head; over it: 408. 0: read_timeout
    go_duration
        read_timeout; // for a request with its body; over it: 408, or -ETIMEDOUT to the handler
    go_duration write_timeout; // from the end of the head to the end of the answer
    go_duration idle_timeout;  // between requests; over it: 408 and the end. 0: read_timeout
    size_t max_header_bytes;   // over it: 431. 0: 1 MiB
    int64_t max_body_bytes;    // over it: 413
    const go_tls_config
        *tls; // go_http_listen_and_serve speaks TLS. Must live as long as the server
    // Gets each line of the log instead of stderr.
    void (*log)(const char *line, void *arg);
    void *log_arg;
} go_http_options;

// Makes a server that answers as the mux says.   Owns: the caller; end with go_http_server_free. The mux must outlive the
// server's connections.   Panics: "http: nil mux".
GO_API go_http_server *go_http_server_new(go_http_mux *mux, go_http_options options);
// Gives the server up, after a shutdown or a close. What is still open ends by itself. NULL is allowed.
GO_API void go_http_server_free(go_http_server *s);

// Accepts and serves connections. Blocks until a shutdown or a close.
// Returns: -ESHUTDOWN after these, at once if they came before; other errors of the listener. The listener is
// closed.   Owns: the caller frees it.   From: any number of goroutines, each with its listener.   Go: Server.Serve
GO_API int go_http_serve(go_http_server *s, go_listener *l);
// The same on a new listener at a TCP address.   Errors: those of go_listen too.   Go: Server.ListenAndServe
GO_API int go_http_listen_and_serve(go_http_server *s, const char *address);

// Stops accepting, closes connections that wait for a request, and blocks until the others have answered theirs; hijacked
// ones are not waited for. A connection that has sent nothing yet gets five seconds.
// Returns: 0, or the context's error if it ended first: what is open then stays so. ctx may be NULL.
// Go: Server.Shutdown
GO_API int go_http_shutdown(go_http_server *s, go_context *ctx);
// Closes listeners and connections at once; may be repeated.   Returns: 0.   Go: Server.Close
GO_API int go_http_close(go_http_server *s);
// Calls f(arg) in a goroutine of its own when the server begins to stop.   Go: Server.RegisterOnShutdown
GO_API void go_http_on_shutdown(go_http_server *s, void (*f)(void *arg), void *arg);

// --- The client ---

typedef struct go_http_client go_http_client;
typedef struct go_http_reply go_http_reply;

typedef struct go_http_client_options {
    go_duration timeout; // for a call with its redirects and the reading of its answer; 0: none
    go_duration dial_timeout; // 0: 30 s
    go_duration idle_timeout; // how long a connection is kept; 0: 90 s
    int max_idle;             // connections kept in all; 0: 100
    int max_idle_per_host;    // and for one place; 0: 16
    int max_redirects;        // 0: 10; negative: the redirect is the answer
    const go_tls_config
        *tls;     // for https; NULL: the system's authorities. Must live as long as the client
    bool no_gzip; // do not ask for packed answers and unpack them
    // "http://[USER:PASSWORD@]HOST:PORT": calls go through this proxy, to https by CONNECT; "": through none; NULL: as
    // HTTP_PROXY, HTTPS_PROXY and NO_PROXY of the environment say when the client is made, but never to this machine.
    const char *proxy;
} go_http_client_options;

typedef struct go_http_call {
    const char *method; // NULL: GET
    const char *url;    // http://…; a user and password in it are sent as basic authentication
    // Name, value, name, value, …, NULL; or NULL. What frames the message is the client's business. With "Expect",
    // "100-continue" the body waits until the server wants it, or has said nothing for a second.
    const char *const *headers;
    const void *body; // body_size bytes; NULL: none
    size_t body_size;
    // Instead of body: gives the next bytes, 0 at the end, or a negative errno, which fails the call. Sent in chunks if
    // body_size is 0. Called by another goroutine, until go_http_reply_free at most: a server may answer before it has
    // everything, and the answer can be read then. It should heed the call's context if it blocks.
    ssize_t (*read_body)(void *arg, void *buf, size_t n);
    void *body_arg;
} go_http_call;

// Makes a client with a pool of connections. Any number of goroutines may use it at once.
// Owns: the caller, until go_http_client_free, after its replies are freed.   Go: http.Client with a http.Transport
GO_API go_http_client *go_http_client_new(go_http_client_options options);
GO_API void go_http_client_free(go_http_client *c);

// Calls, and returns once the answer's head is there: any status counts as success. client NULL: a common one; ctx NULL:
// the background. The context's end breaks the call off, and the reading of its answer.
// Errors: -EINVAL: no such URL, method or header; -ELOOP: too many redirects; -EBADMSG: no HTTP; -EMSGSIZE: the body ended
// too early; -ECANCELED, -ETIMEDOUT: the context ended; those of dialing, TLS included, and of the connection; of proxies
// -EPROTONOSUPPORT: not one of http; -EACCES: it wants credentials; -ECONNREFUSED: it refuses.
// Owns: *reply is the caller's, until go_http_reply_free; untouched on failure.   Go: Client.Do, http.Get
GO_API int go_http_do(go_http_client *client, go_context *ctx, go_http_call call,
                      go_http_reply **reply);
GO_API int go_http_get(go_context *ctx, const char *url, go_http_reply **reply);

GO_API int go_http_reply_status(go_http_reply *r);
// Texts that live as long as the reply; NULL if there is no such field.
GO_API const char *go_http_reply_header(go_http_reply *r, const char *name);
GO_API bool go_http_reply_header_at(go_http_reply *r, size_t i, const char **name,
                                    const char **value);
GO_API const char *go_http_reply_trailer(go_http_reply *r, const char *name);
GO_API const char *go_http_reply_url(go_http_reply *r); // after redirects
// The body's length, in the answer to HEAD the one that it would have; -1 if it is not known.
GO_API int64_t go_http_reply_length(go_http_reply *r);
// Reads from the body, unpacked if the client has asked for packing. Blocks until there is something.
// Returns: bytes; 0 at the end.   Errors: -EBADMSG: malformed; -ECONNRESET: cut short; the context's.
GO_API ssize_t go_http_reply_read(go_http_reply *r, void *buf, size_t n);
// Ends with the reply. A connection whose answer was read to its end is kept for other calls. NULL is allowed.
GO_API void go_http_reply_free(go_http_reply *r);

GO_END_DECLS

#endif
