/* chains.c - a table of chains that doubles when it is full. */
#include "base/chains.h"

#include "base/arena.h"

#define ROOM_MIN 64

static struct chain_link **chain_head(const struct chains *c, uint64_t hash)
{
    return &c->heads[hash & (c->room - 1)];
}

static void chains_put(struct chains *c, struct chain_link *l)
{
    struct chain_link **head = chain_head(c, l->hash);
    l->next = *head;
    *head = l;
}

static bool chains_grow(struct chains *c)
{
    struct chains wider = { .room = c->room ? c->room * 2 : ROOM_MIN, .count = c->count };
    wider.heads = mem_alloc(wider.room * sizeof(struct chain_link *));
    if (!wider.heads)
        return false;
    for (size_t i = 0; i < c->room; i++)
        for (struct chain_link *l = c->heads[i], *next; l; l = next) {
            next = l->next;
            chains_put(&wider, l);
        }
    mem_free(c->heads);
    *c = wider;
    return true;
}

bool chains_add(struct chains *c, struct chain_link *l, uint64_t hash)
{
    if (c->count >= c->room && !chains_grow(c))
        return false;
    l->hash = hash;
    chains_put(c, l);
    c->count++;
    return true;
}

static struct chain_link *first_from(struct chain_link *l, uint64_t hash)
{
    while (l && l->hash != hash)
        l = l->next;
    return l;
}

struct chain_link *chains_first(const struct chains *c, uint64_t hash)
{
    return c->room ? first_from(*chain_head(c, hash), hash) : NULL;
}

struct chain_link *chains_next(const struct chain_link *l)
{
    return first_from(l->next, l->hash);
}

void chains_remove(struct chains *c, const struct chain_link *l)
{
    struct chain_link **at = chain_head(c, l->hash);
    while (*at != l)
        at = &(*at)->next;
    *at = l->next;
    c->count--;
}

void chains_release(struct chains *c)
{
    mem_free(c->heads);
    *c = (struct chains){ .room = 0 };
}
