/* node.c - walking, making and printing trees; readers are tree_yaml.c and tree_json.c. */
#include "host/tree.h"

#include <fcntl.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Trees made here may hold one that was read, so twice as deep is still sane. */
#define PRINT_DEPTH_MAX (2 * TREE_DEPTH_MAX)

struct node *node_get_slice(const struct node *n, struct slice key)
{
    if (!n || n->kind != NODE_MAP)
        return NULL;
    for (struct node *child = n->first; child; child = child->next)
        if (slice_equal(child->key, key))
            return child;
    return NULL;
}

struct node *node_get(const struct node *n, const char *key)
{
    return node_get_slice(n, slice_text(key));
}

struct node *node_new(struct arena *a, enum node_kind kind)
{
    struct node *n = ARENA_NEW(a, struct node);
    if (n)
        n->kind = kind;
    return n;
}

struct node *node_new_text(struct arena *a, struct slice text)
{
    struct node *n = node_new(a, NODE_TEXT);
    if (n)
        n->text = text;
    return n;
}

struct node *node_new_number(struct arena *a, int64_t value)
{
    struct node *n = node_new(a, NODE_NUMBER);
    char *digits = arena_format(a, "%" PRId64, value);
    if (!n || !digits)
        return NULL;
    n->text = slice_text(digits);
    return n;
}

struct node *node_new_bool(struct arena *a, bool truth)
{
    struct node *n = node_new(a, NODE_BOOL);
    if (n)
        n->truth = truth;
    return n;
}

void node_add(struct node *list, struct node *child)
{
    if (!list || !child)
        return;
    child->next = NULL;
    if (list->last)
        list->last->next = child;
    else
        list->first = child;
    list->last = child;
    list->count++;
}

void node_put(struct node *map, struct slice key, struct node *child)
{
    if (!child)
        return;
    child->key = key;
    node_add(map, child);
}

void node_put_path(struct arena *a, struct node *map, struct slice dotted, struct node *child)
{
    for (;;) {
        size_t dot = slice_find(dotted, '.');
        struct slice key = slice_head(dotted, dot);
        if (dot == dotted.n) {
            node_put(map, key, child);
            return;
        }
        struct node *inner = node_get_slice(map, key);
        if (!inner) {
            inner = node_new(a, NODE_MAP);
            node_put(map, key, inner);
        }
        map = inner;
        dotted = slice_from(dotted, dot + 1);
    }
}

/* Printing: pretty is the number of blanks a level, 0 for compact. */

static void print_break(struct buf *out, int pretty, int depth)
{
    if (pretty)
        buf_format(out, "\n%*s", pretty * depth, "");
}

static void print(const struct node *n, struct buf *out, int pretty, int depth);

static void print_children(const struct node *n, struct buf *out, int pretty, int depth)
{
    bool map = n->kind == NODE_MAP;
    buf_byte(out, map ? '{' : '[');
    for (const struct node *child = n->first; child; child = child->next) {
        print_break(out, pretty, depth + 1);
        if (map) {
            buf_json(out, child->key);
            buf_text(out, pretty ? ": " : ":");
        }
        print(child, out, pretty, depth + 1);
        if (child->next)
            buf_byte(out, ',');
    }
    if (n->first)
        print_break(out, pretty, depth);
    buf_byte(out, map ? '}' : ']');
}

static void print(const struct node *n, struct buf *out, int pretty, int depth)
{
    if (depth > PRINT_DEPTH_MAX) {
        out->failed = true;
        return;
    }
    switch (n ? n->kind : NODE_NULL) {
    case NODE_NULL:
        buf_text(out, "null");
        break;
    case NODE_BOOL:
        buf_text(out, n->truth ? "true" : "false");
        break;
    case NODE_NUMBER:
        buf_put(out, n->text);
        break;
    case NODE_TEXT:
        buf_json(out, n->text);
        break;
    case NODE_LIST:
    case NODE_MAP:
        print_children(n, out, pretty, depth);
        break;
    }
}

void node_to_json(const struct node *n, struct buf *out)
{
    print(n, out, 0, 0);
}

void node_to_json_pretty(const struct node *n, struct buf *out)
{
    print(n, out, 2, 0);
}

/* Reads to the end of the file; one byte of room more than expected shows whether it grew. */
static bool read_all_bytes(int fd, uint8_t *to, size_t room, size_t *n)
{
    *n = 0;
    while (*n < room) {
        ssize_t got = read(fd, to + *n, room - *n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0;
        *n += (size_t)got;
    }
    return true;
}

static bool read_open_file(struct arena *a, int fd, const char *path, size_t max, struct slice *out,
                           struct err *e)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return err_errno(e, ERR_REJECT, "tree.open", errno, "cannot open", path);
    if (!S_ISREG(st.st_mode))
        return err_set(e, ERR_REJECT, "tree.open", 0,
                       "cannot read '%s': it is a folder or a device, and no file", path);
    size_t size = (size_t)st.st_size, n = 0;
    if (size > max)
        return err_set(e, ERR_REJECT, "tree.limit", max,
                       "cannot read '%s': it has more than %zu bytes", path, max);
    uint8_t *p = arena_alloc(a, size + 1);
    if (!p)
        return err_memory(e);
    if (!read_all_bytes(fd, p, size + 1, &n))
        return err_errno(e, ERR_REJECT, "tree.open", errno, "cannot read", path);
    if (n > size)
        return err_set(e, ERR_REJECT, "tree.open", 0,
                       "cannot read '%s': somebody wrote to it meanwhile; try again", path);
    *out = slice_of(p, n);
    return true;
}

bool tree_read_file(struct arena *a, const char *path, size_t max, struct slice *out, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not make us wait */
    if (fd < 0)
        return err_errno(e, ERR_REJECT, "tree.open", errno, "cannot open", path);
    bool good = read_open_file(a, fd, path, max, out, e);
    close(fd);
    return good;
}
