/* act.c - the text of an act, its signatures, and who may do what. */
#include "sharing/acts/act.h"

#include "sharing/acts/signature.h"

#include "base/clock.h"
#include "base/nearest.h"
#include "sharing/rules/rule_choices.h"

#define FIRST_LINE "concordat act 1"

static const struct {
    const char *verb;
    enum people_role role;
} act_verbs[] = {
    { "release", ROLE_HOLDS },   { "refuse", ROLE_HOLDS },     { "refuse-episode", ROLE_HOLDS },
    { "reopen", ROLE_HOLDS },    { "settle-yes", ROLE_HOLDS }, { "settle-no", ROLE_HOLDS },
    { "looked", ROLE_HOLDS },    { "skip", ROLE_OPERATIONS },  { "again", ROLE_OPERATIONS },
    { "drop", ROLE_OPERATIONS }, { "payload", ROLE_PAYLOAD },
};

bool act_role(struct slice verb, enum people_role *out)
{
    for (size_t i = 0; i < sizeof act_verbs / sizeof act_verbs[0]; i++)
        if (slice_equal_text(verb, act_verbs[i].verb)) {
            *out = act_verbs[i].role;
            return true;
        }
    return false;
}

bool act_is_plain(struct slice value)
{
    return slice_plain_length(value) == value.n && !slice_is_empty(slice_trim(value));
}

bool act_check(const struct act *x, struct err *e)
{
    const struct choices choices = { act_verbs, sizeof act_verbs[0],
                                     sizeof act_verbs / sizeof act_verbs[0] };
    enum people_role ignored;
    char list[90];
    if (!act_role(x->verb, &ignored))
        return err_set(e, ERR_REJECT, "act.word", 0, "there is no act '%.*s': it has %s",
                       SHOWN(x->verb), nearest_list(x->verb, &choices, list, sizeof list));
    if (!act_is_plain(x->reason) || x->reason.n > ACT_REASON_MAX)
        return err_set(e, ERR_REJECT, "act.reason", 0,
                       "the reason is missing or cannot be kept: want one line of at most %d "
                       "bytes, without control characters",
                       ACT_REASON_MAX);
    bool is_on_plain = act_is_plain(x->on) && x->on.n <= ACT_REASON_MAX;
    if (!is_on_plain || !act_is_plain(x->region))
        return err_set(e, ERR_REJECT, "act.form", 0,
                       "the act's lines 'on' and 'region' must each hold one line of text, without "
                       "control characters, 'on' of at most %d bytes",
                       ACT_REASON_MAX);
    if (slice_is_empty(x->typed))
        return true;
    if (!act_is_plain(x->typed) || x->typed.n > ACT_REASON_MAX)
        return err_set(e, ERR_REJECT, "act.person", 0,
                       "the person's name has control characters, or more than %d bytes",
                       ACT_REASON_MAX);
    return true;
}

/* -- writing ---------------------------------------------------------------------------------- */

static void put_act_line(struct buf *out, const char *key, struct slice value)
{
    buf_text(out, key);
    buf_byte(out, ' ');
    buf_put(out, value);
    buf_byte(out, '\n');
}

/* "EVENTHEX:AGENCY/SERVICE" */
static bool is_hold(struct slice on)
{
    uint8_t id[ID_BYTES];
    return slice_find(on, ':') == 2 * ID_BYTES && id_from_hex(slice_head(on, 2 * ID_BYTES), id);
}

static bool has_subject(const struct act *x)
{
    static const struct subject_key none;
    return memcmp(x->subject.b, none.b, ID_BYTES) != 0;
}

void act_put_text(const struct act *x, struct buf *out)
{
    char time[TIME_TEXT_MAX], subject[ID_HEX];
    buf_text(out, FIRST_LINE "\n");
    put_act_line(out, "region", x->region);
    put_act_line(out, "act", x->verb);
    put_act_line(out, "on", x->on);
    if (is_hold(x->on)) {
        put_act_line(out, "event", slice_head(x->on, 2 * ID_BYTES));
        put_act_line(out, "recipient", slice_from(x->on, 2 * ID_BYTES + 1));
    }
    if (has_subject(x)) {
        id_hex(x->subject.b, subject);
        put_act_line(out, "subject", slice_text(subject));
    }
    put_act_line(out, "reason", x->reason);
    put_act_line(out, "at", time_ms_to_iso(x->at_ms, time));
}

void act_put_file(const struct act *x, struct buf *out)
{
    act_put_text(x, out);
    if (!slice_is_empty(x->typed))
        put_act_line(out, "typed", x->typed);
    for (size_t i = 0; i < x->signature_count; i++)
        signature_put(x->signatures[i].person, x->signatures[i].bytes, out);
}

static bool act_text(const struct act *x, struct buf *out, struct err *e)
{
    buf_init(out, ACT_BYTES_MAX);
    act_put_text(x, out);
    return buf_done(out, e);
}

bool act_hash(const struct act *x, uint8_t out[HASH_BYTES], struct err *e)
{
    struct buf text;
    bool good = act_text(x, &text, e);
    if (good)
        sha256(buf_slice(&text), out);
    buf_release(&text);
    return good;
}

/* -- signing and verifying --------------------------------------------------------------------- */

const struct named *act_person(const struct bundle *b, struct slice verb, struct slice name,
                               int64_t now_ms, struct err *e)
{
    const struct named *who = people_named(&b->people, name);
    const struct choices_at choices = choices_of_people(&b->people);
    enum people_role role = ROLE_HOLDS;
    char list[90];
    (void)act_role(verb, &role);
    if (!who)
        err_set(e, ERR_REJECT, "act.person", 0,
                "region.yaml names nobody '%.*s' among its people: it has %s", SHOWN(name),
                nearest_list_at(name, &choices, list, sizeof list));
    else if (now_ms >= who->until_ms)
        err_set(e, ERR_REJECT, "act.person", 0,
                "'%.*s' may act no more: the day under 'until' in region.yaml is over",
                SHOWN(name));
    else if (!people_person_may_at(who, role, now_ms))
        err_set(e, ERR_REJECT, "act.role", 0,
                "'%.*s' lacks the role '%s' in region.yaml: somebody who has it must sign",
                SHOWN(name), people_role_name(role));
    else
        return who;
    return NULL;
}

/* Checks that the key is that person's, and that they may do it now. */
static bool check_signer(const struct act *x, const struct bundle *b, struct slice person,
                         const struct key *secret, int64_t now_ms, struct err *e)
{
    struct public_key mine;
    const struct named *who = act_person(b, x->verb, person, now_ms, e);
    if (!who)
        return false;
    ed25519_public(secret, &mine);
    if (memcmp(mine.b, who->key.b, KEY_BYTES) == 0)
        return true;
    return err_set(e, ERR_REJECT, "act.key", 0,
                   "this key file is not the key of '%.*s' in region.yaml: sign with that person's "
                   "own key file",
                   SHOWN(person));
}

static bool may_add_signature(const struct act *x, struct slice person, struct err *e)
{
    for (size_t i = 0; i < x->signature_count; i++)
        if (slice_equal(x->signatures[i].person, person))
            return err_set(
                e, ERR_REJECT, "act.signed", 0,
                "'%.*s' has signed this act already: another person must sign, or nobody more",
                SHOWN(person));
    if (!slice_is_empty(x->typed))
        return err_set(e, ERR_REJECT, "act.signed", 0,
                       "this act carries a typed name, so it takes no signatures: make it anew "
                       "where region.yaml names people");
    if (x->signature_count < ACT_SIGNERS_MAX)
        return true;
    return err_set(e, ERR_REJECT, "act.signed", 0,
                   "this act has %d signatures, and that is the most it takes: submit it",
                   ACT_SIGNERS_MAX);
}

bool act_sign(struct act *x, const struct bundle *b, struct slice person, const struct key *secret,
              int64_t now_ms, struct err *e)
{
    struct buf text;
    if (!act_check(x, e) || !may_add_signature(x, person, e))
        return false;
    if (b && !check_signer(x, b, person, secret, now_ms, e))
        return false;
    bool done = act_text(x, &text, e);
    if (done) {
        struct act_signature *s = &x->signatures[x->signature_count++];
        s->person = person;
        ed25519_sign(secret, buf_slice(&text), s->bytes);
    }
    buf_release(&text);
    return done;
}

static bool check_time(const struct act *x, int64_t now_ms, struct err *e)
{
    if (x->at_ms > now_ms + ACT_AHEAD_MAX_MS)
        return err_set(e, ERR_REJECT, "act.time", 0,
                       "this act is dated in the future: set the clock of the machine that made "
                       "it, and make it anew");
    if (x->at_ms > now_ms - ACT_AGE_MAX_MS)
        return true;
    return err_set(e, ERR_REJECT, "act.time", 0,
                   "this act was made more than %d days ago and counts no more: make it anew",
                   (int)(ACT_AGE_MAX_MS / 86400000));
}

/* A typed name is enough in a region that names nobody, and counts for nothing in any other. */
static bool check_typed(const struct act *x, const struct bundle *b, struct err *e)
{
    if (b->people.count == 0 && x->signature_count == 0 && !slice_is_empty(x->typed))
        return true;
    if (b->people.count == 0)
        return err_set(e, ERR_REJECT, "act.person", 0,
                       "region.yaml names no people who could sign, so the act must carry a typed "
                       "name alone: give --by NAME without --key");
    if (x->signature_count == 0 || !slice_is_empty(x->typed))
        return err_set(e, ERR_REJECT, "act.unsigned", 0,
                       "nobody has signed this act, and region.yaml names the people who must: "
                       "sign it with concordat act sign");
    return true;
}

static bool add_signer(struct act_signers *out, const struct named *who, struct err *e)
{
    for (size_t i = 0; i < out->count; i++)
        if (out->list[i] == who)
            return err_set(
                e, ERR_REJECT, "act.signature", 0,
                "'%.*s' has signed this act twice: the second signature must be another person's",
                SHOWN(who->name));
    out->list[out->count++] = who;
    return true;
}

static bool verify_signature(const struct act *x, size_t n, struct slice text,
                             const struct bundle *b, int64_t now_ms, struct act_signers *out,
                             struct err *e)
{
    const struct act_signature *s = &x->signatures[n];
    const struct named *who = act_person(b, x->verb, s->person, now_ms, e);
    if (!who)
        return false;
    if (!ed25519_verify(&who->key, text, s->bytes))
        return err_set(e, ERR_REJECT, "act.signature", 0,
                       "the signature of '%.*s' does not fit this act: another key made it, or the "
                       "act was changed afterwards",
                       SHOWN(s->person));
    return add_signer(out, who, e);
}

bool act_verify(const struct act *x, const struct bundle *b, int64_t now_ms,
                struct act_signers *out, struct err *e)
{
    struct buf text;
    *out = (struct act_signers){ .count = 0 };
    if (!act_check(x, e) || !check_time(x, now_ms, e))
        return false;
    if (!slice_equal(x->region, b->region))
        return err_set(e, ERR_REJECT, "act.region", 0, "cannot do it: it is of another region");
    if (!check_typed(x, b, e))
        return false;
    bool done = act_text(x, &text, e);
    for (size_t i = 0; i < x->signature_count && done; i++)
        done = verify_signature(x, i, buf_slice(&text), b, now_ms, out, e);
    buf_release(&text);
    return done;
}

enum act_enough act_enough(const struct act_signers *s, const struct named *before,
                           const struct bundle *b, struct recipient_id to, bool two)
{
    uint16_t own = b->services[to.n].agency;
    size_t people = before != NULL;
    bool outsider = before && before->agency != own;
    for (size_t i = 0; i < s->count; i++) {
        if (s->list[i] != before)
            people++;
        outsider |= s->list[i]->agency != own;
    }
    size_t wanted = two ? 2 : 1;
    if (people < wanted)
        return before ? ACT_SAME : ACT_ANOTHER;
    return outsider ? ACT_ENOUGH : ACT_OUTSIDER;
}
