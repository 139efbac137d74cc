/* refused.h - a refusal on its way to whoever else a local id turns out to be (internal/Refused).
 *
 * The router writes it for each local id that its agency has of the person (judge_refused.c); that
 * agency's feeds carry it over, as they carry signs and words. It is sealed with a key that the
 * router alone has, so that nobody makes one, changes it, or takes back what people have not. A
 * refusal is known everywhere by event, service and time of decision; taken back once, it is so for
 * good: whoever knew it keeps that with the facts, and tells it to whoever says it again. */
#ifndef CONCORDAT_SHARING_JUDGE_REFUSED_H
#define CONCORDAT_SHARING_JUDGE_REFUSED_H

#include "sharing/facts/facts.h"
#include "sharing/judge/judge.h"

struct refused {
    struct refusal x;         /* without bytes, and without who reopened it first */
    struct slice local_id;    /* of x.agency */
    struct slice reopened_by; /* empty: it stands */
    bool by_two;
    struct slice reference_of; /* "agency/service" whose pseudonym the key is; empty: none's */
};
/* *out is empty for a bundle that has no schema Refused, being signed before there was one. */
MUST_CHECK bool refused_encode(const struct judge_input *in, struct arena *a,
                               const struct refused *x, struct link_out *out, struct err *e);
/* v: of framed. False, and nothing said, when its seal is not this router's. */
bool refused_read(const struct judge_keys *keys, const struct view *v, struct slice framed,
                  struct refused *out);

/* The same refusal, under whichever key. */
bool refused_is_same(const struct refusal *a, const struct refusal *b);

#endif
