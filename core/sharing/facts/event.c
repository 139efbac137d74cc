/* event.c - an event as the rules see it. */
#include "sharing/facts/event.h"

#include "sharing/rules/compiled.h"

/* The service of that agency and name, -1: none. "agency/service" is taken as a name too. */
static int find_source(const struct bundle *b, struct slice agency, struct slice service)
{
    int n = bundle_agency(b, agency);
    for (size_t i = 0; n >= 0 && i < b->agencies[n].service_count; i++) {
        size_t found = b->agencies[n].first_service + i;
        struct slice full = b->services[found].name;
        if (slice_equal(full, service) || slice_equal(slice_from(full, agency.n + 1), service))
            return (int)found;
    }
    return -1;
}

const char *event_read(const struct bundle *b, const struct view *v, struct slice framed,
                       int64_t decided_ms, struct event *ev)
{
    const struct header_slots *s = plan_header(v->plan);
    int schema = bundle_schema(b, v->plan);
    *ev = (struct event){ .view = v, .slots = s, .framed = framed, .decided_ms = decided_ms };
    if (!s || schema < 0 || !id_from_hex(view_text(v, (size_t)s->id), ev->id.b))
        return reason_code(REASON_UNKNOWN_KIND);
    ev->schema = (size_t)schema;
    ev->of = b->compiled->schemas[schema];
    ev->type = ev->of->name;
    ev->kind_name = view_text(v, (size_t)s->kind);
    ev->episode = view_text(v, (size_t)s->episode);
    ev->occurred_ms =
        view_is_null(v, (size_t)s->occurred) ? decided_ms : view_long(v, (size_t)s->occurred);
    struct slice action = view_text(v, (size_t)s->action);
    ev->retracts = slice_equal_text(action, "retracts");
    ev->replaces = slice_equal_text(action, "replaces");
    if (!id_from_hex(view_text(v, (size_t)s->original), ev->original.b))
        ev->original = (struct event_id){ { 0 } };
    ev->is_restricted_unread = !view_is_null(v, (size_t)s->unknown_restriction);
    int64_t kind = bundle_kind(b, ev->schema, ev->kind_name);
    if (kind < 0)
        return reason_code(REASON_UNKNOWN_KIND);
    ev->kind = (uint32_t)kind;
    ev->is_word = b->compiled->says_sharing[kind];
    int source = find_source(b, view_text(v, (size_t)s->source_agency),
                             view_text(v, (size_t)s->source_service));
    if (source < 0)
        return reason_code(REASON_UNKNOWN_SOURCE);
    ev->source = (uint16_t)source;
    ev->agency = b->services[source].agency;
    ev->source_name = b->services[source].name;
    return NULL;
}

static bool add_cleared_had(const struct bundle *b, struct arena *a, const struct event *ev,
                            struct categories *out, struct err *e)
{
    const struct slice *paths = NULL;
    size_t n = 0;
    if (!view_has(ev->view, (size_t)ev->slots->cleared))
        return true;
    if (!view_strings(ev->view, (size_t)ev->slots->cleared, a, &paths, &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        int slot = plan_field(ev->view->plan, paths[i]);
        if (slot >= 0)
            categories_add(out, bundle_portion(b, ev->schema, (size_t)slot));
    }
    return true;
}

bool event_had(const struct bundle *b, struct arena *a, const struct event *ev,
               struct categories *out, struct err *e)
{
    const struct plan *p = ev->view->plan;
    const struct span *slots = ev->view->slots;
    const uint8_t *portions = bundle_portions(b, ev->schema);
    const uint8_t *empty = plan_empty(p);
    size_t n = plan_slots(p);
    *out = (struct categories){ { 0 } };
    for (size_t i = 0; i < n; i++)
        if (slots[i].n > empty[i])
            categories_add(out, portions[i]);
    if (!add_cleared_had(b, a, ev, out, e))
        return false;
    categories_keep(out, &b->compiled->categories[ev->schema]);
    return true;
}
