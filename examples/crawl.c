// SPDX-License-Identifier: MIT
// Follows the links of a site, a bounded number of pages at a time, each page once, and lists what it found. Without an
// argument it crawls a small site that it serves itself.
//
//     gofer run examples/crawl.c [URL [PAGES-AT-A-TIME]]
#include <gofer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_URL = 1000, MAX_PAGE = 1 << 20, MAX_DEPTH = 8 };

struct page {
    int status; // or a negative errno
    char url[MAX_URL];
};

static struct {
    char site[MAX_URL / 4]; // only pages that begin so
    go_map seen;            // url -> struct page *
    go_semaphore *room;
    go_waitgroup pages;
    go_http_client *client;
} crawl;

static void visit(struct page *page, int depth);

// Starts a visit to a page, unless there has been one.
static void found(const char *url, int depth)
{
    bool seen;
    if (depth > MAX_DEPTH || strncmp(url, crawl.site, strlen(crawl.site)) != 0)
        return;
    struct page *page = calloc(1, sizeof(*page));
    snprintf(page->url, sizeof(page->url), "%s", url);
    go_map_load_or_store(&crawl.seen, page->url, page, &seen);
    if (seen)
        free(page);
    else
        go_waitgroup_go(&crawl.pages, visit, page, depth);
}

// Every href="…" of the text: absolute, or from the root of the site.
static void follow_links(const char *text, int depth)
{
    static const char mark[] = "href=\"";
    for (const char *at = text; (at = strstr(at, mark));) {
        at += strlen(mark);
        char url[MAX_URL];
        int n = (int)strcspn(at, "\"#");
        if (n > MAX_URL / 2)
            continue;
        if (*at == '/')
            snprintf(url, sizeof(url), "%s%.*s", crawl.site, n, at);
        else
            snprintf(url, sizeof(url), "%.*s", n, at);
        found(url, depth);
    }
}

static char *read_page(go_http_reply *reply)
{
    char *text = malloc(MAX_PAGE + 1);
    size_t have = 0;
    ssize_t n;
    while ((n = go_http_reply_read(reply, text + have, MAX_PAGE - have)) > 0)
        have += (size_t)n;
    text[have] = 0;
    return text;
}

static void visit(struct page *page, int depth)
{
    go_http_reply *reply;
    go_semaphore_acquire(crawl.room, go_context_background(), 1);
    defer(go_semaphore_release, crawl.room, 1);
    int err = go_http_do(crawl.client, NULL, (go_http_call){.url = page->url}, &reply);
    if (err) {
        page->status = err;
        return;
    }
    defer(go_http_reply_free, reply);
    page->status = go_http_reply_status(reply);
    const char *type = go_http_reply_header(reply, "Content-Type");
    if (page->status != 200 || !type || strncmp(type, "text/html", 9) != 0)
        return;
    char *text = read_page(reply);
    follow_links(text, depth + 1);
    free(text);
}

// --- The list ---

struct pages {
    struct page **at;
    size_t count;
};

static bool collect(const char *key, size_t n, void *value, void *arg)
{
    (void)key;
    (void)n;
    struct pages *pages = arg;
    pages->at[pages->count++] = value;
    return true;
}

static int by_url(const void *a, const void *b)
{
    const struct page *const *x = a, *const *y = b;
    return strcmp((*x)->url, (*y)->url);
}

static void print_list(void)
{
    struct pages pages = {.at = calloc(go_map_len(&crawl.seen) + 1, sizeof(*pages.at))};
    go_map_range(&crawl.seen, collect, &pages);
    qsort(pages.at, pages.count, sizeof(*pages.at), by_url);
    for (size_t i = 0; i < pages.count; i++) {
        struct page *p = pages.at[i];
        const char *path = p->url + strlen(crawl.site);
        if (p->status < 0)
            printf("--- %s: %s\n", path, go_strerror(p->status));
        else
            printf("%d %s\n", p->status, path);
        free(p);
    }
    printf("%zu pages\n", pages.count);
    free(pages.at);
}

// --- A site of our own ---

static void own_page(go_http_response *w, go_http_request *r, void *arg)
{
    (void)arg;
    int n = atoi(go_http_path_value(r, "n"));
    go_http_printf(w, "<html><a href=\"/page/%d\">left</a> <a href=\"/page/%d\">right</a>",
                   2 * n % 13, (2 * n + 1) % 13);
    go_http_printf(
        w, n == 7
               ? " <a href=\"/missing\">nothing</a> <a href=\"http://127.0.0.2:1/\">elsewhere</a>"
               : "");
}

static const char *serve_own_site(void)
{
    static char url[100];
    char address[64];
    go_http_mux *mux = go_http_mux_new();
    go_http_handle(mux, "GET /page/{n}", own_page, NULL);
    go_listener *l = go_listen("tcp", "127.0.0.1:0", NULL);
    (void)go_listener_addr(l, address, sizeof(address));
    go(go_http_serve, go_http_server_new(mux, (go_http_options){0}), l);
    snprintf(url, sizeof(url), "http://%s/page/1", address);
    return url;
}

int main(int argc, char **argv)
{
    const char *start = argc > 1 ? argv[1] : serve_own_site();
    const char *host = strstr(start, "://");
    if (!host) {
        fprintf(stderr, "usage: crawl [URL [PAGES-AT-A-TIME]]\n");
        return 2;
    }
    size_t site = (size_t)(host + 3 - start) + strcspn(host + 3, "/");
    snprintf(crawl.site, sizeof(crawl.site), "%.*s", (int)site, start);
    crawl.room = go_semaphore_new(argc > 2 ? atoi(argv[2]) : 8);
    crawl.client = go_http_client_new((go_http_client_options){.timeout = 30 * GO_SECOND});
    found(start, 0);
    go_waitgroup_wait(&crawl.pages);
    print_list();
    go_http_client_free(crawl.client);
    return 0;
}
