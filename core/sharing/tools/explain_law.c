/* explain_law.c - articles and bases of confidentiality, each with its words. */
#include "sharing/tools/explain_law.h"

#include "sharing/tools/explain_words.h"

struct words_of {
    const char *code, *words;
};

static const struct words_of articles[] = {
    { "6(1)(a)", "consent" },
    { "6(1)(b)", "contract" },
    { "6(1)(c)", "legal obligation" },
    { "6(1)(d)", "vital interests" },
    { "6(1)(e)", "public task" },
    { "6(1)(ea)", "recognised legitimate interests" },
    { "6(1)(f)", "legitimate interests" },
    { "9(2)(a)", "explicit consent" },
    { "9(2)(b)", "employment, social security and social protection" },
    { "9(2)(c)", "vital interests" },
    { "9(2)(d)", "not-for-profit bodies" },
    { "9(2)(e)", "made public by the person" },
    { "9(2)(f)", "legal claims" },
    { "9(2)(g)", "substantial public interest" },
    { "9(2)(h)", "health or social care" },
    { "9(2)(i)", "public health" },
    { "9(2)(j)", "archiving, research and statistics" },
};

static const struct words_of confidentialities[] = {
    { "implied-consent", "People expect this for their own care; a recorded objection stops it." },
    { "explicit-consent",
      "Nothing is shared unless the person's consent for this purpose stands: for the recipient, "
      "or, where nobody ever asked about the recipient, for the sender." },
    { "statutory-duty", "The law requires it; consent is not what it rests on." },
    { "court-order", "A court has ordered it." },
    { "s251-nhs-act",
      "Support under section 251 of the NHS Act 2006 sets the duty of confidence aside." },
    { "public-interest", "The public interest in sharing outweighs the duty of confidence." },
    { "best-interests",
      "It is in the best interests of somebody who lacks capacity (Mental Capacity "
      "Act 2005)." },
};

static const char *words_for_code(const struct words_of *list, size_t n, struct slice code)
{
    for (size_t i = 0; i < n; i++)
        if (slice_equal_text(code, list[i].code))
            return list[i].words;
    return "";
}

static void put_article(struct slice article, struct buf *out)
{
    const char *words = words_for_code(articles, sizeof articles / sizeof articles[0], article);
    buf_format(out, "Article %.*s", SHOWN(article));
    if (*words)
        buf_format(out, " (%s)", words);
}

void explain_basis(const struct party *p, struct buf *out)
{
    buf_text(out, "UK GDPR ");
    put_article(p->uk_gdpr, out);
    buf_text(out, ", ");
    if (slice_equal_text(p->special_category, "none"))
        buf_text(out, "no special category data");
    else
        put_article(p->special_category, out);
    if (p->schedule_1.n) {
        buf_text(out, ", Data Protection Act 2018 Schedule 1: ");
        explain_word(p->schedule_1, out);
    }
}

const char *explain_confidentiality(struct slice basis)
{
    return words_for_code(confidentialities, sizeof confidentialities / sizeof confidentialities[0],
                          basis);
}
