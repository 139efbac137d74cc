/* format_test.c - what every format of the registry keeps, asked of each by its own sample
 * (samples.c). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "registry.h"
#include "samples.h"

#define MESSAGES_MAX 64 /* of a unit that is cut off or changed */
#define NOW_MS ((int64_t)1796083200000)

static const struct format *format;
static const struct sample *sample;
static struct arena a;

#define EACH_FORMAT(each)                                                                          \
    for (const struct format *const *each = adapters.formats; begin(*each); end(), each++)

static bool begin(const struct format *f)
{
    format = f;
    if (!f)
        return false;
    sample = sample_of(f);
    if (!sample)
        fprintf(stderr, "\n    tests/unit/conformance/samples.c has no row for '%s'\n", f->name);
    CU_ASSERT_FATAL(sample != NULL);
    arena_init(&a, (size_t)16 << 20);
    return true;
}

static void end(void)
{
    arena_release(&a);
}

/* Which it is, where something does not hold. */
static bool say_which(bool good, const char *sentence)
{
    if (!good)
        fprintf(stderr, "\n    %s: %s\n", format->name, sentence);
    CU_ASSERT(good);
    return good;
}

static bool holds(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

/* Codes are the format's own, or of what it reads by (host/tree.h, the arena). */
static void judge_error(const struct err *e, size_t bytes)
{
    size_t n = strlen(format->name);
    bool own = e->code && strncmp(e->code, format->name, n) == 0 && e->code[n] == '.';
    bool shared =
        e->code && (strncmp(e->code, "tree.", 5) == 0 || strncmp(e->code, "text.", 5) == 0);
    bool good = say_which(e->fate == ERR_REJECT, "what it refuses, it refuses for good");
    good = say_which(own || shared, "an error has a code of the format") && good;
    good = say_which(e->at <= bytes, "the place of an error lies in the unit") && good;
    good = say_which(e->text[0] && !holds(e->text, PAYLOAD),
                     "an error has a sentence, without payload") &&
           good;
    if (!good)
        fprintf(stderr, "    %s at %zu of %zu: %s\n", e->code ? e->code : "?", e->at, bytes,
                e->text);
}

struct asked {
    struct path *path, *absent, *each, *item;
    size_t messages, leaves, bytes; /* of what was parsed last, its head too */
    bool refused;
};

static struct path *compiled(const char *text)
{
    struct path *p = NULL;
    struct err e = { 0 };
    if (!text)
        return NULL;
    if (!say_which(format->compile(&a, slice_text(text), &p, &e), "compiles the paths of its row"))
        fprintf(stderr, "    '%s': %s\n", text, e.text);
    CU_ASSERT_FATAL(p != NULL);
    return p;
}

static void see_leaf(void *ctx, const struct leaf *l)
{
    struct asked *to = ctx;
    say_which((size_t)l->at + l->length <= to->bytes, "a leaf lies in what was parsed");
    to->leaves++;
}

/* Whatever the document is: nothing crashes, and what is found is text. */
static void ask_document(const struct doc *d, struct asked *to)
{
    struct path *const paths[] = { to->path, to->absent };
    for (size_t i = 0; i < 2; i++) {
        struct found f = format->find(&a, d, paths[i], NULL, 0);
        say_which(f.how == FOUND_ABSENT || slice_is_utf8(f.value), "what is found is UTF-8");
        if (format->hides)
            (void)format->hides(&a, d, paths[i], (const struct path *const[]){ paths[i] }, 1);
    }
    size_t n = to->each ? format->count(d, to->each) : 0;
    for (size_t i = 0; i <= n; i++) /* one more than there are */
        if (to->each)
            (void)format->find(&a, d, to->item, to->each, i);
    format->leaves(&a, d, see_leaf, to);
}

static void read_message(const struct head *head, struct slice one, struct asked *to)
{
    struct err e = { 0 };
    struct doc *d = NULL;
    to->bytes = one.n + (head ? head->bytes.n : 0);
    if (format->parse(&a, head, one, &d, &e)) {
        to->messages++;
        say_which(d != NULL && e.fate == ERR_NONE, "what is parsed has a document, and no error");
    } else {
        to->refused = true;
        judge_error(&e, to->bytes);
    }
    if (d)
        ask_document(d, to);
}

static bool next_message(struct slice unit, struct cut *c, struct slice *one, struct err *e)
{
    if (format->split)
        return format->split(&a, unit, c, one, e);
    *one = unit;
    return c->at++ == 0;
}

/* As the intake does: opened, cut, parsed. */
static void read_unit(struct slice unit, struct asked *to)
{
    struct err e = { 0 };
    struct slice text = unit, one;
    struct cut c = { 0 };
    to->path = compiled(sample->path);
    to->absent = compiled(sample->absent[0]);
    to->each = compiled(sample->each);
    to->item = compiled(sample->item);
    if (format->open && !format->open(&a, &sample->options, unit, &text, &e)) {
        to->refused = true;
        judge_error(&e, unit.n);
        return;
    }
    size_t cuts = 0;
    while (cuts < MESSAGES_MAX && next_message(text, &c, &one, &e)) {
        read_message(c.head, one, to);
        cuts++;
    }
    say_which(cuts < MESSAGES_MAX, "splitting ends");
    to->refused = to->refused || e.fate != ERR_NONE;
    if (e.fate != ERR_NONE)
        judge_error(&e, text.n);
}

/* In memory of just that size, so that a byte too far is seen. */
static struct asked read_copy(struct slice unit)
{
    struct asked to = { 0 };
    uint8_t *copy = mem_alloc(unit.n ? unit.n : 1);
    if (!copy)
        abort();
    if (unit.n)
        memcpy(copy, unit.p, unit.n);
    read_unit(slice_of(copy, unit.n), &to);
    mem_free(copy);
    arena_reset(&a);
    return to;
}

static struct doc *first_document(struct slice unit)
{
    struct err e = { 0 };
    struct slice text = unit, one;
    struct cut c = { 0 };
    struct doc *d = NULL;
    bool good = (!format->open || format->open(&a, &sample->options, unit, &text, &e)) &&
                next_message(text, &c, &one, &e) && format->parse(&a, c.head, one, &d, &e);
    if (!say_which(good, "parses what is right"))
        fprintf(stderr, "    %s\n", e.text);
    CU_ASSERT_FATAL(d != NULL);
    return d;
}

static struct doc *sample_document(void)
{
    return first_document(slice_text(sample->unit));
}

/* ---- sentences ---- */

static void has_a_sample_here(void)
{
    EACH_FORMAT(each)
    {
        CU_ASSERT(format->parse && format->compile && format->count && format->find &&
                  format->leaves);
        CU_ASSERT(sample->messages && sample->value && sample->absent[0] && sample->no_path[0]);
        CU_ASSERT(sample->large && sample->marks && holds(sample->unit, PAYLOAD));
    }
}

static void reads_its_sample(void)
{
    EACH_FORMAT(each)
    {
        struct asked seen = read_copy(slice_text(sample->unit));
        say_which(!seen.refused && seen.messages == sample->messages,
                  "has all messages of its sample");
        say_which(seen.leaves > sample->messages, "has leaves");
        struct found f = format->find(&a, sample_document(), compiled(sample->path), NULL, 0);
        say_which(f.how == FOUND_PRESENT && slice_equal_text(f.value, sample->value),
                  "finds what is there");
    }
}

static void a_unit_cut_off_anywhere_is_read_or_refused_with_code_and_place_and_no_payload(void)
{
    EACH_FORMAT(each)
    for (size_t n = 0; n <= strlen(sample->unit); n++)
        (void)read_copy(slice_of(sample->unit, n));
}

static size_t change_byte(uint8_t *unit, size_t n, size_t at, const char *others, size_t count)
{
    uint8_t was = unit[at];
    size_t refused = 0;
    for (size_t i = 0; i < 8 + count; i++) {
        unit[at] = (uint8_t)(i < 8 ? was ^ 1u << i : (unsigned char)others[i - 8]);
        refused += read_copy(slice_of(unit, n)).refused;
    }
    unit[at] = was;
    return refused;
}

static void a_unit_of_which_a_byte_is_another_likewise(void)
{
    static const char extremes[] = { 0, '\xff', '\x80', '\x7f' };
    EACH_FORMAT(each)
    {
        size_t n = strlen(sample->unit), refused = 0;
        uint8_t unit[1000];
        CU_ASSERT_FATAL(n <= sizeof unit);
        memcpy(unit, sample->unit, n);
        for (size_t at = 0; at < n; at++) {
            refused += change_byte(unit, n, at, extremes, sizeof extremes);
            refused += change_byte(unit, n, at, sample->marks, strlen(sample->marks));
        }
        say_which(refused > 0, "some are refused");
    }
}

static void nothing_stands_where_nothing_was_sent(void)
{
    EACH_FORMAT(each)
    {
        struct doc *d = sample_document();
        for (const char *const *path = sample->absent; *path; path++) {
            struct found f = format->find(&a, d, compiled(*path), NULL, 0);
            say_which(f.how == FOUND_ABSENT && f.value.n == 0, "an absent path is absent");
        }
    }
}

static void counts_what_repeats_and_finds_each(void)
{
    EACH_FORMAT(each)
    {
        struct doc *d = sample_document();
        if (!sample->each)
            continue;
        struct path *p = compiled(sample->each), *item = compiled(sample->item);
        say_which(format->count(d, p) == sample->repeats, "counts what repeats");
        say_which(format->count(d, compiled(sample->absent[0])) <= 1,
                  "and what is absent as none of many");
        for (size_t i = 0; i <= sample->repeats; i++) {
            struct found f = format->find(&a, d, item, p, i);
            say_which((f.how != FOUND_ABSENT) == (i < sample->repeats),
                      "finds as many as it counts");
        }
    }
}

struct leaf_found {
    const struct doc *d;
};

static void find_leaf(void *ctx, const struct leaf *l)
{
    const struct leaf_found *in = ctx;
    struct err e = { 0 };
    struct path *p = NULL;
    if (!say_which(format->compile(&a, l->path, &p, &e), "a leaf's name is a path"))
        return;
    struct found f = format->find(&a, in->d, p, NULL, 0);
    say_which(f.how != FOUND_ABSENT, "a leaf is found by its name");
    say_which(f.at == l->at && f.length == l->length, "where it is");
}

static void every_leaf_is_found_by_its_name(void)
{
    EACH_FORMAT(each)
    {
        struct leaf_found in = { sample_document() };
        format->leaves(&a, in.d, find_leaf, &in);
    }
}

static void compile_any(struct slice text, bool must_fail)
{
    struct err e = { 0 };
    struct path *p = NULL;
    bool good = format->compile(&a, text, &p, &e);
    size_t n = strlen(format->name);
    if (must_fail)
        say_which(!good, "what is no path is refused");
    if (good)
        say_which(p != NULL, "a path is given");
    else
        say_which(e.code && strncmp(e.code, format->name, n) == 0 && e.at <= text.n && e.text[0],
                  "with a code of the format, and its byte");
}

static void what_is_no_path_is_refused_at_its_byte(void)
{
    EACH_FORMAT(each)
    {
        for (const char *const *text = sample->no_path; *text; text++)
            compile_any(slice_text(*text), true);
        const char *path = sample->each ? sample->each : sample->path;
        char other[100];
        snprintf(other, sizeof other, "%s", path);
        for (size_t i = 0; i < strlen(path); i++) {
            compile_any(slice_of(path, i), false);
            for (int byte = 0; byte < 256; byte++) {
                other[i] = (char)byte;
                compile_any(slice_of(other, strlen(path)), false);
            }
            other[i] = path[i];
            arena_reset(&a);
        }
    }
}

static void a_unit_over_its_limit_is_refused(void)
{
    EACH_FORMAT(each)
    {
        struct buf large;
        buf_init(&large, 1 << 20);
        sample->large(&large);
        struct asked seen = read_copy(buf_slice(&large));
        say_which(seen.refused && seen.messages == 0, "is refused");
        buf_release(&large);
    }
}

/* Each answer of a format that has any; d NULL: it could not be parsed. */
static void answer(const struct doc *d, struct slice raw, enum reply_kind kind, struct buf *out)
{
    struct err why = { 0 };
    if (kind != REPLY_ACCEPT)
        err_set(&why, kind == REPLY_REJECT ? ERR_RETRY : ERR_REJECT, "test.why", 3, "no reason");
    buf_reset(out);
    format->reply(d, raw, kind, &why, NOW_MS, out);
}

static void answers_each_kind_without_payload(void)
{
    EACH_FORMAT(each)
    {
        struct buf out[3];
        struct slice unit = slice_text(sample->unit);
        struct doc *d = format->reply ? sample_document() : NULL;
        for (int kind = REPLY_ACCEPT; format->reply && kind <= REPLY_REJECT; kind++) {
            buf_init(&out[kind], 1 << 16);
            answer(d, unit, (enum reply_kind)kind, &out[kind]);
            buf_byte(&out[kind], '\0');
            say_which(buf_ok(&out[kind]) && out[kind].n > 1, "answers");
            say_which(!holds((const char *)out[kind].p, PAYLOAD), "an answer holds no payload");
        }
        if (!format->reply)
            continue;
        say_which(!slice_equal(buf_slice(&out[0]), buf_slice(&out[1])),
                  "yes is another answer than no");
        say_which(!slice_equal(buf_slice(&out[1]), buf_slice(&out[2])),
                  "no is another than not now");
        for (int kind = REPLY_ACCEPT; kind <= REPLY_REJECT; kind++)
            buf_release(&out[kind]);
    }
}

static void answers_what_it_could_not_parse_and_nothing_crashes(void)
{
    EACH_FORMAT(each)
    {
        struct buf out;
        buf_init(&out, 1 << 16);
        for (size_t n = 0; format->reply && n <= strlen(sample->unit); n++)
            for (int kind = REPLY_ERROR; kind <= REPLY_REJECT; kind++) {
                answer(NULL, slice_of(sample->unit, n), (enum reply_kind)kind, &out);
                buf_byte(&out, '\0');
                say_which(buf_ok(&out) && !holds((const char *)out.p, PAYLOAD),
                          "an answer holds no payload");
            }
        buf_release(&out);
    }
}

/* A partner's answer cut off anywhere: understood or not, and why; never taken for a yes unless it
 * says so. */
static void an_answer_that_is_cut_off_has_a_meaning_or_a_reason(void)
{
    EACH_FORMAT(each)
    {
        struct buf out;
        struct slice unit = slice_text(sample->unit);
        if (!format->means)
            continue;
        buf_init(&out, 1 << 16);
        answer(sample_document(), unit, REPLY_ERROR, &out);
        for (size_t n = 0; n <= out.n; n++) {
            struct partner_said said = { 0 };
            struct err why = { 0 };
            enum answer_means m = format->means(slice_of(out.p, n), unit, SLICE("M1"), &said, &why);
            say_which(m != ANSWER_YES, "a no that is cut off is no yes");
            say_which(why.code && !holds(why.text, PAYLOAD), "it says why, without payload");
        }
        buf_release(&out);
    }
}

static void what_it_writes_it_reads(void)
{
    static const char value[] = "QXZ a|b^c~d\\e&f,g;\"h\" 'i' {j} [k]: \xc3\xa9";
    EACH_FORMAT(each)
    {
        struct buf out;
        struct err e = { 0 };
        struct node *tree = node_new(&a, NODE_MAP);
        if (!format->render)
            continue;
        buf_init(&out, 1 << 16);
        if (sample->keys_are_paths)
            node_put(tree, slice_text(sample->path), node_new_text(&a, slice_text(value)));
        else
            node_put_path(&a, tree, slice_text(sample->path), node_new_text(&a, slice_text(value)));
        bool good = format->render(tree, &sample->options, SLICE("id1"), &out, &e);
        if (!say_which(good && buf_ok(&out), "writes"))
            fprintf(stderr, "    %s\n", e.text);
        struct found f =
            format->find(&a, first_document(buf_slice(&out)), compiled(sample->path), NULL, 0);
        say_which(f.how == FOUND_PRESENT && slice_equal_text(f.value, value),
                  "reads what it wrote");
        buf_release(&out);
    }
}

static void out_of_memory_is_later_and_never_a_refusal(void)
{
    EACH_FORMAT(each)
    {
        size_t passed = 0;
        for (size_t max = 0; max < 200000 && !passed; max += 512) {
            struct arena small;
            struct err e = { 0 };
            struct slice unit = slice_text(sample->unit), text = unit, one;
            struct cut c = { 0 };
            struct doc *d = NULL;
            arena_init(&small, max);
            bool good = !format->open || format->open(&small, &sample->options, unit, &text, &e);
            if (good && format->split)
                good = format->split(&small, text, &c, &one, &e);
            else
                one = text;
            passed = good && format->parse(&small, c.head, one, &d, &e);
            say_which(passed || e.fate == ERR_RETRY, "out of memory is later");
            arena_release(&small);
        }
        say_which(passed, "passes once there is enough");
    }
}

static CU_TestInfo cases[] = {
    { "has a sample here", has_a_sample_here },
    { "reads its sample", reads_its_sample },
    { "a unit cut off anywhere is read, or refused with code and place and no payload",
      a_unit_cut_off_anywhere_is_read_or_refused_with_code_and_place_and_no_payload },
    { "a unit of which a byte is another, likewise", a_unit_of_which_a_byte_is_another_likewise },
    { "nothing stands where nothing was sent", nothing_stands_where_nothing_was_sent },
    { "counts what repeats, and finds each", counts_what_repeats_and_finds_each },
    { "every leaf is found by its name", every_leaf_is_found_by_its_name },
    { "what is no path is refused at its byte", what_is_no_path_is_refused_at_its_byte },
    { "a unit over its limit is refused", a_unit_over_its_limit_is_refused },
    { "answers each kind, without payload", answers_each_kind_without_payload },
    { "answers what it could not parse, and nothing crashes",
      answers_what_it_could_not_parse_and_nothing_crashes },
    { "an answer that is cut off has a meaning or a reason",
      an_answer_that_is_cut_off_has_a_meaning_or_a_reason },
    { "what it writes it reads", what_it_writes_it_reads },
    { "out of memory is later, and never a refusal", out_of_memory_is_later_and_never_a_refusal },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_format = { "format", NULL, NULL, NULL, NULL, cases };
