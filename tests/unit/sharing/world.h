/* world.h - the example region for tests: one person whose facts move on with every event said. */
#ifndef CONCORDAT_TESTS_SHARING_WORLD_H
#define CONCORDAT_TESTS_SHARING_WORLD_H

#include "sharing/judge/judge.h"
#include "sharing/judge/notice.h"

#define T0 ((int64_t)1772409600000) /* 2026-03-02T00:00Z */
#define HOUR ((int64_t)3600000)

#define HUB "wexbridge-hospital/transfer-hub"
#define WARDS "wexbridge-hospital/wards"
#define TEAM "wexshire-council/hospital-team"
#define GRANTS "wexbridge-district/grants"
#define OPTIONS "wexbridge-district/housing-options"
#define EASTWEX "eastwex-district/options"
#define ROTA "brightcare/rota"

struct world {
    struct arena arena; /* everything said, and a bundle of a folder of its own */
    const struct catalogue *catalogue;
    const struct bundle *bundle;
    struct judge_keys keys;
    struct subject_key subject;
    struct person facts; /* gone through its bytes after every event */
    int64_t now_ms;      /* decision time; moves an hour with every event */
    unsigned serial;
    bool test;
    struct judge_input in; /* of the last event */
    struct judged out;
    struct err e;
};

/* A bundle of that folder; NULL: deploy/example, which is loaded once a program, as the schemas
 * are. False when it does not load. */
bool world_open(struct world *w, const char *folder);
void world_close(struct world *w);
/* The room's own: opened by world_setup, for suites that want it fresh for every test. */
extern struct world world;
void world_setup(void);
void world_teardown(void);

/* Says an event "Type.kind" from a service. fields: "path=value;path=value"; arrays of texts as
 * "path[]=a|b"; "name=FAMILY" a whole name; "at=N" hours from T0 that it occurred. */
bool world_say(struct world *w, const char *event, const char *source, const char *fields);
/* Whether each hold that begins or ends does so by a decision; says so where one does not. */
bool world_holds_agree(const struct person *before, const struct judged *out);
/* Judges the last event again, from the same facts. False also where the holds do not agree. */
bool world_judge(struct world *w, const struct judge_input *in, struct judged *out);
/* Makes the event only. */
bool world_build(struct world *w, const char *event, const char *source, const char *fields,
                 struct judge_input *in);

/* The decision of the last event for that service (also one caught up when caught_up); NULL:
 * none. */
const struct decision *world_decision(const struct world *w, const char *service, bool caught_up);
/* Whether that decision is so: "disclose", or a reason code. */
bool world_decided(const struct world *w, const char *service, const char *wanted);
/* The n-th disclosure of the last event to that service, read back; false when there is none. */
bool world_got(struct world *w, const char *service, size_t n, struct view *out,
               const struct disclosure **disclosure);
/* Whether the text stands anywhere in the bytes that service got of the last event. */
bool world_got_text(const struct world *w, const char *service, const char *text);
/* How many disclosures of the last event went to that service. */
size_t world_count(const struct world *w, const char *service);
/* The notice of the last event for that service's door; false when there is none. */
bool world_notice(struct world *w, const char *service, struct notice_view *out);
bool slices_have(const struct slice *list, size_t n, const char *text);
/* Every row of a decision table holds, and it has so many at least. Prints those that do not. */
void world_run_table(const char *path, size_t rows_min);

#endif
