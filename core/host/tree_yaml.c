/* tree_yaml.c - YAML into trees, from the events of libyaml.
 *
 * A small stack of open lists and maps instead of recursion. What makes YAML surprising is refused:
 * anchors, aliases, tags, several documents, keys that are no scalars. The library's own texts of
 * errors are constants and never quote the input, so they may be shown. */
#include "host/tree.h"

#include <stdlib.h>

#include <yaml.h>

#define FILE_MAX ((size_t)16 * 1024 * 1024)

struct yaml_reader {
    struct arena *a;
    struct err *e;
    const char *file;
    yaml_parser_t parser;
    struct node *root;
    struct node *open[TREE_DEPTH_MAX];
    size_t depth;
    bool has_key; /* the next value belongs to this key */
    struct slice key;
    uint32_t key_line, key_column;
};

static bool yaml_refuse(struct yaml_reader *r, const char *code, yaml_mark_t at, const char *text)
{
    return err_set_place(r->e, ERR_REJECT, code, r->file, (uint32_t)at.line + 1,
                         (uint32_t)at.column + 1, "%s", text);
}

static bool refuse_syntax(struct yaml_reader *r)
{
    const yaml_parser_t *p = &r->parser;
    if (p->error == YAML_MEMORY_ERROR)
        return err_memory(r->e);
    const char *problem = p->problem ? p->problem : "no reason given";
    yaml_mark_t at = p->error == YAML_READER_ERROR ? p->mark : p->problem_mark;
    err_set_place(r->e, ERR_REJECT, "tree.syntax", r->file, (uint32_t)at.line + 1,
                  (uint32_t)at.column + 1, "cannot read as YAML: %s", problem);
    return false;
}

static int compare_keys(const void *left, const void *right)
{
    const struct node *const *a = left, *const *b = right;
    int order = slice_compare((*a)->key, (*b)->key);
    if (order == 0)
        order = ((*a)->key_line > (*b)->key_line) - ((*a)->key_line < (*b)->key_line);
    if (order == 0)
        order = ((*a)->key_column > (*b)->key_column) - ((*a)->key_column < (*b)->key_column);
    return order;
}

/* Sorted beside each other, so that a large map costs n log n. The arena is left as it was. */
static bool check_duplicates(struct yaml_reader *r, const struct node *map)
{
    if (map->count < 2)
        return true;
    struct arena_saved saved = arena_save(r->a);
    struct node **sorted = ARENA_ARRAY(r->a, map->count, struct node *);
    if (!sorted)
        return err_memory(r->e);
    size_t n = 0;
    for (struct node *child = map->first; child; child = child->next)
        sorted[n++] = child;
    qsort(sorted, n, sizeof *sorted, compare_keys);
    bool good = true;
    for (size_t i = 1; i < n && good; i++)
        if (slice_equal(sorted[i - 1]->key, sorted[i]->key))
            good = err_set_place(r->e, ERR_REJECT, "tree.duplicate", r->file, sorted[i]->key_line,
                                 sorted[i]->key_column,
                                 "this key stands twice in one map: it stands on line %u already",
                                 sorted[i - 1]->key_line);
    arena_rewind(r->a, saved);
    return good;
}

/* Puts a finished or just opened value where it belongs. */
static bool yaml_place(struct yaml_reader *r, struct node *n, yaml_mark_t at)
{
    if (!n)
        return err_memory(r->e);
    n->file = r->file;
    n->line = (uint32_t)at.line + 1;
    n->column = (uint32_t)at.column + 1;
    if (r->depth == 0) {
        r->root = n;
        return true;
    }
    struct node *parent = r->open[r->depth - 1];
    if (parent->kind == NODE_LIST) {
        node_add(parent, n);
        return true;
    }
    if (!r->has_key)
        return yaml_refuse(r, "tree.refused", at,
                           "a key must be a text, and this one is a list or a map");
    n->key_line = r->key_line;
    n->key_column = r->key_column;
    node_put(parent, r->key, n);
    r->has_key = false;
    return true;
}

static bool on_scalar(struct yaml_reader *r, const yaml_event_t *event)
{
    yaml_mark_t at = event->start_mark;
    if (event->data.scalar.anchor)
        return yaml_refuse(r, "tree.refused", at,
                           "an anchor (&name) is not read here: write the value out");
    if (event->data.scalar.tag)
        return yaml_refuse(r, "tree.refused", at,
                           "a tag (!name) is not read here: write the value without it");
    struct slice text =
        arena_copy(r->a, slice_of(event->data.scalar.value, event->data.scalar.length));
    if (!text.p)
        return err_memory(r->e);
    if (r->depth == 0 || r->open[r->depth - 1]->kind == NODE_LIST || r->has_key)
        return yaml_place(r, node_new_text(r->a, text), at);
    r->key = text;
    r->key_line = (uint32_t)at.line + 1;
    r->key_column = (uint32_t)at.column + 1;
    r->has_key = true;
    return true;
}

static bool on_open(struct yaml_reader *r, enum node_kind kind, yaml_mark_t at, bool anchor,
                    bool tag)
{
    if (anchor)
        return yaml_refuse(r, "tree.refused", at,
                           "an anchor (&name) is not read here: write the value out");
    if (tag)
        return yaml_refuse(r, "tree.refused", at,
                           "a tag (!name) is not read here: write the value without it");
    if (r->depth == TREE_DEPTH_MAX)
        return yaml_refuse(r, "tree.limit", at, "the file nests lists and maps too deep here");
    struct node *n = node_new(r->a, kind);
    if (!yaml_place(r, n, at))
        return false;
    r->open[r->depth++] = n;
    return true;
}

static bool on_document(struct yaml_reader *r, const yaml_event_t *event)
{
    if (r->root)
        return yaml_refuse(
            r, "tree.refused", event->start_mark,
            "a second document begins here, and a file has one: leave out the line ---");
    return true;
}

static bool on_event(struct yaml_reader *r, const yaml_event_t *event)
{
    yaml_mark_t at = event->start_mark;
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return on_scalar(r, event);
    case YAML_SEQUENCE_START_EVENT:
        return on_open(r, NODE_LIST, at, event->data.sequence_start.anchor != NULL,
                       event->data.sequence_start.tag != NULL);
    case YAML_MAPPING_START_EVENT:
        return on_open(r, NODE_MAP, at, event->data.mapping_start.anchor != NULL,
                       event->data.mapping_start.tag != NULL);
    case YAML_MAPPING_END_EVENT:
        return check_duplicates(r, r->open[--r->depth]);
    case YAML_SEQUENCE_END_EVENT:
        r->depth--;
        return true;
    case YAML_ALIAS_EVENT:
        return yaml_refuse(r, "tree.refused", at,
                           "an alias (*name) is not read here: write the value out");
    case YAML_DOCUMENT_START_EVENT:
        return on_document(r, event);
    default:
        return true;
    }
}

static bool read_events(struct yaml_reader *r)
{
    bool good = true, end = false;
    while (good && !end) {
        yaml_event_t event;
        if (!yaml_parser_parse(&r->parser, &event))
            return refuse_syntax(r);
        end = event.type == YAML_STREAM_END_EVENT;
        good = on_event(r, &event);
        yaml_event_delete(&event);
    }
    if (good && !r->root)
        return yaml_refuse(r, "tree.syntax", r->parser.mark, "the file is empty");
    return good;
}

bool tree_yaml(struct arena *a, struct slice text, const char *name, struct node **out,
               struct err *e)
{
    struct yaml_reader r = { .a = a, .e = e, .file = arena_text(a, slice_text(name)) };
    if (!r.file || !yaml_parser_initialize(&r.parser))
        return err_memory(e);
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, text.p ? text.p : (const uint8_t *)"", text.n);
    bool good = read_events(&r);
    yaml_parser_delete(&r.parser);
    if (good)
        *out = r.root;
    return good;
}

bool tree_yaml_file(struct arena *a, const char *path, struct node **out, struct err *e)
{
    struct slice text;
    return tree_read_file(a, path, FILE_MAX, &text, e) && tree_yaml(a, text, path, out, e);
}
