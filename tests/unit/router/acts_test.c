/* acts_test.c - random words of random people, beside the rule as it is written
 * (reference/acts_rule.c): released, refused, settled, reopened; skipped, stopped and extended; by
 * whom it may be and by whom not, with a signature that is not theirs, twice the same, and once
 * more. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "acting.h"
#include "acts_heard.h"

#define CASES 150
#define ACTS_A_CASE 7

/* Beyond the words of the rule, which are about what is held. */
enum { WORD_SKIP = WORD_COUNT, WORD_STOP, WORD_EXTEND, WORDS };
static const char *const words[WORDS] = { "release",    "refuse",    "refuse-episode",
                                          "settle-yes", "settle-no", "reopen",
                                          "skip",       "stop",      "extend" };

/* A person's event, and why it waits for council/social: 0, because nobody says whether they are
 * fit; 1, because one agency's yes stands beside another's no. */
static struct {
    int n, to;
    const char *who, *event;
    struct acts_person people[ACTS_PEOPLE];
    struct rule rule;
    enum rule_state got;
    size_t entries;    /* of acts and orders, since the last one */
    enum rule_end end; /* of the last */
    bool is_order;     /* it was taken as one */
} now;
static struct audit_follow *audit;
static unsigned long ended[WORDS][END_INVALID + 1];
static uint64_t seed;

static unsigned below(unsigned n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % n;
}

static bool has_left(int person)
{
    return strcmp(people[person].until, PEOPLE_UNTIL) != 0;
}

static bool may(int person, const char *role)
{
    return strstr(people[person].roles, role) && !has_left(person);
}

/* ---- what the audit says ---- */

static bool take_entry(void *ctx, int partition, const struct audit_read *r)
{
    (void)ctx;
    (void)partition;
    for (size_t i = 0; i < r->decision_count; i++)
        if (slice_equal_text(r->decisions[i].event_id, now.event) &&
            slice_equal_text(r->decisions[i].recipient, SOCIAL))
            now.got = acts_state(&r->decisions[i]);
    if (slice_equal_text(r->kind, "event"))
        return true;
    now.entries++;
    now.is_order = slice_equal_text(r->kind, "bundle");
    now.end = now.is_order ? END_DONE : acts_end(r);
    return true;
}

static void hear(void)
{
    CU_ASSERT_TRUE_FATAL(world_run());
    now.entries = 0;
    CU_ASSERT_TRUE_FATAL(audit_follow_read(audit, take_entry, NULL, &world.e));
}

/* ---- a case ---- */

static void object(const char *source, const char *kind)
{
    static const char *const to[] = { "consent.recipient", SOCIAL, NULL };
    world_say(&(struct say){
        .who = now.who, .source = source, .type = "Consent", .kind = kind, .set = to });
    CU_ASSERT_TRUE_FATAL(world_run());
}

static void begin(int n)
{
    static const char *const kind[] = { "restriction.kind", "location", NULL };
    bool is_unknown = below(3) > 0;
    memset(&now, 0, sizeof now);
    now.n = n;
    now.to = is_unknown ? 0 : 1;
    now.who = arena_format(&world.arena, "person-%d", n);
    now.event = arena_format(&world.arena, "0000019f0000000000000000%08x", 0x1000 + n);
    now.rule.people = now.people;
    now.rule.restricted[0] = below(2);
    now.rule.objection[0] = is_unknown ? RULE_NONE : RULE_DISPUTED;
    for (int i = 0; i < PEOPLE; i++)
        now.people[i] =
            (struct acts_person){ .agency =
                                      strcmp(people[i].agency, "council") == 0 ? now.to + 1 : 0,
                                  .may = strstr(people[i].roles, "holds") != NULL,
                                  .has_ended = has_left(i) };
    world_known(now.who);
    if (!is_unknown) {
        object("hosp/hub", "objection_recorded");
        object(SOCIAL, "objection_lifted");
    }
    world_say(&(struct say){ .who = now.who,
                             .kind = is_unknown ? "ready_for_discharge" : "admitted",
                             .episode = "v1",
                             .id = now.event });
    if (now.rule.restricted[0])
        world_say(
            &(struct say){ .who = now.who, .type = "Restriction", .kind = "raised", .set = kind });
    rule_tell(&now.rule, &(struct rule_event){ .episode = 1, .original = RULE_NOBODY });
    hear();
}

/* ---- acts ---- */

struct made {
    int word;
    int by[2];
    size_t count;
    bool is_forged; /* a bit of a signature is turned */
    bool was_done;
};

static struct made some_act(void)
{
    static const unsigned weights[WORDS] = { 36, 12, 6, 8, 6, 18, 5, 5, 4 };
    struct made m = { .count = 1 + below(3) / 2, .is_forged = below(6) == 0 };
    unsigned at = below(100);
    while (at >= weights[m.word])
        at -= weights[m.word++];
    for (size_t i = 0; i < m.count; i++) /* mostly of those who may */
        do
            m.by[i] = (int)below(PEOPLE);
        while (m.word < WORD_COUNT && !may(m.by[i], "holds") && below(4));
    if (m.word > WORD_SKIP && m.by[0] == m.by[1]) /* no bundle has a name twice */
        m.count = 1;
    return m;
}

/* Every signature counts or none does. */
static bool is_valid(const struct made *m, const char *role)
{
    for (size_t i = 0; i < m->count; i++)
        if (!may(m->by[i], role) || (i > 0 && m->by[0] == m->by[1]))
            return false;
    return !m->is_forged;
}

/* One who may is enough: what it brings is judged by whoever takes it. */
static bool is_ordered(const struct made *m)
{
    for (size_t i = m->is_forged; i < m->count; i++) /* it is the first whose bit is turned */
        if (may(m->by[i], "stops") || may(m->by[i], "extends"))
            return true;
    return false;
}

static enum rule_end wanted(const struct made *m)
{
    if (m->word > WORD_SKIP)
        return is_ordered(m) ? END_DONE : END_INVALID;
    if (m->word == WORD_SKIP)
        return !is_valid(m, "operations") ? END_INVALID : m->was_done ? END_AGAIN : END_DONE;
    bool is_twice = m->count == 2 && m->by[0] == m->by[1];
    return rule_take(&now.rule, &(struct rule_act){ .word = (enum rule_word)m->word,
                                                    .to = now.to,
                                                    .signers = { m->by[0], m->by[1] },
                                                    .count = is_twice ? 1 : (int)m->count,
                                                    .is_forged = m->is_forged,
                                                    .is_twice = is_twice,
                                                    .was_done = m->was_done });
}

static struct act sign(const struct made *m)
{
    struct act x = acting_make(words[m->word], now.event, SOCIAL);
    world_key(now.who, &x.subject);
    if (m->word == WORD_SKIP) {
        x.on = SLICE("router events.hosp 0: 12 to 40");
        memset(&x.subject, 0, sizeof x.subject);
    }
    for (size_t i = 0; i < m->count; i++) {
        struct act once = x; /* so that one may sign twice */
        once.signature_count = 0;
        acting_sign(&once, people[m->by[i]].name);
        x.signatures[i] = once.signatures[0];
    }
    x.signature_count = m->count;
    if (m->is_forged)
        x.signatures[0].bytes[below(SIGNATURE_BYTES)] ^= (uint8_t)(1 << below(8));
    return x;
}

static void put_act(const struct made *m, const struct act *x)
{
    struct subject_key key;
    world_key(now.who, &key);
    world_publish("control", m->word == WORD_SKIP ? 0 : world_partition(now.who),
                  slice_of(key.b, ID_BYTES), act_record(x));
}

static void put_order(const struct made *m)
{
    struct pack p;
    acting_pack(m->word == WORD_STOP ? "stops/stay.yaml" : "extensions/stay.yaml", m->by, m->count,
                &p);
    if (m->is_forged) {
        struct slice file = arena_copy(&world.arena, p.file);
        struct slice line = slice_from(file, p.canonical.n);
        size_t last = slice_find(line, '\n') - 9; /* within its base64 */
        uint8_t *at = (uint8_t *)(uintptr_t)line.p + last;
        *at = *at == 'A' ? 'B' : 'A';
        CU_ASSERT_TRUE_FATAL(pack_read(&world.arena, file, &p, &world.e));
    }
    acting_order(&p, p.number, p.hash);
}

static bool is_as_wanted(const struct made *m, enum rule_end end)
{
    return now.entries == 1 && now.end == end &&
           now.is_order == (m->word > WORD_SKIP && end == END_DONE) &&
           now.got == now.rule.events[0].to[now.to].state;
}

static void submit(struct made *m, const struct act *x)
{
    enum rule_end end = wanted(m);
    if (m->word > WORD_SKIP)
        put_order(m);
    else
        put_act(m, x);
    hear();
    ended[m->word][end]++;
    m->was_done |= end != END_OWN_AGENCY && end != END_INVALID;
    if (is_as_wanted(m, end))
        return;
    fprintf(stderr,
            "\n    case %d, %s by %s%s%s%s: ended %d, wanted %d; it is in state %d, wanted %d\n",
            now.n, words[m->word], people[m->by[0]].name, m->count > 1 ? " and " : "",
            m->count > 1 ? people[m->by[1]].name : "", m->is_forged ? ", forged" : "", now.end, end,
            now.got, now.rule.events[0].to[now.to].state);
    CU_FAIL_FATAL("the router did otherwise than the text");
}

static void act(void)
{
    struct made m = some_act();
    struct act x = { .signature_count = 0 };
    if (m.word <= WORD_SKIP)
        x = sign(&m);
    submit(&m, &x);
    if (below(4) == 0 && m.word <= WORD_SKIP) /* whoever has it sends it again */
        submit(&m, &x);
}

static unsigned long count_ended(enum rule_end end)
{
    unsigned long n = 0;
    for (int i = 0; i < WORD_COUNT; i++)
        n += ended[i][end];
    return n;
}

static void random_acts_go_by_the_text(void)
{
    size_t sent = 0;
    seed = 4;
    memset(ended, 0, sizeof ended);
    CU_ASSERT_TRUE_FATAL(
        audit_follow_open(world.bus, world.catalogue, PARTITIONS, &audit, &world.e));
    for (int n = 0; n < CASES; n++) {
        size_t before = acting_delivered();
        begin(n);
        for (int i = 0; i < ACTS_A_CASE; i++)
            act();
        CU_ASSERT_EQUAL(acting_delivered() - before, now.got == RULE_SENT);
        sent += now.got == RULE_SENT;
    }
    CU_ASSERT(sent > CASES / 5 && sent < CASES - CASES / 5);
    for (int i = 0; i < WORDS; i++)
        CU_ASSERT(ended[i][END_DONE] > 0 && ended[i][END_INVALID] > 0);
    for (int end = 0; end <= END_INVALID; end++)
        CU_ASSERT(count_ended((enum rule_end)end) > 0);
    world_agree();
}

static void done(void)
{
    audit_follow_close(&audit);
    world_done();
}

static CU_TestInfo cases[] = {
    { "random acts go by the text", random_acts_go_by_the_text },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_acts = { "acts", acting_load, world_unload, world_fresh, done, cases };
