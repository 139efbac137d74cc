/* cmd_manual.c - concordat manual [TOPIC | CODE | --all], concordat manual --completion SHELL. */
#include "commands/manual.h"

#include <string.h>

#include "base/nearest.h"
#include "host/say.h"

#define MANUAL_BYTES ((size_t)4 << 20)

static const struct manual_topic *find_topic(const char *name)
{
    for (const struct manual_topic *t = manual_topics; t->name; t++)
        if (strcmp(t->name, name) == 0)
            return t;
    return NULL;
}

static void write_topics(struct buf *out)
{
    buf_text(out, "concordat manual TOPIC, or concordat manual CODE. Topics:\n\n");
    for (const struct manual_topic *t = manual_topics; t->name; t++)
        manual_item(out, t->name, NULL, t->about);
}

static void write_all(const struct cli *c, struct buf *out)
{
    for (const struct manual_topic *t = manual_topics; t->name; t++) {
        buf_format(out, "%s## %s\n\n", t == manual_topics ? "" : "\n", t->name);
        t->write(c, out);
    }
}

static int say_unknown_topic(const char *name)
{
    char list[400];
    struct choices choices = { &manual_topics->name, sizeof manual_topics[0], 0 };
    while (manual_topics[choices.n].name)
        choices.n++;
    say_to(stderr, "concordat: no topic '%s'; it has: %s\n", name,
           nearest_list(slice_text(name), &choices, list, sizeof list));
    return CLI_NO;
}

static int write_manual(struct cli *c, int argc, char **argv, struct buf *out)
{
    if (argc == 3 && strcmp(argv[1], "--completion") == 0)
        return manual_completion(c, argv[2], out) ? CLI_DONE : CLI_USAGE;
    if (argc > 2)
        return CLI_USAGE;
    if (argc == 1) {
        write_topics(out);
        return CLI_DONE;
    }
    const struct manual_topic *topic = find_topic(argv[1]);
    if (topic)
        topic->write(c, out);
    else if (strcmp(argv[1], "--all") == 0)
        write_all(c, out);
    else if (!manual_code(argv[1], out))
        return say_unknown_topic(argv[1]);
    return CLI_DONE;
}

int cmd_manual(struct cli *c, int argc, char **argv)
{
    struct buf out;
    struct err e = { .fate = ERR_NONE };
    buf_init(&out, MANUAL_BYTES);
    int code = write_manual(c, argc, argv, &out);
    if (!buf_done(&out, &e))
        code = cli_fail(CLI_CANNOT, &e);
    else if (code == CLI_DONE)
        say_lines(stdout, buf_slice(&out));
    buf_release(&out);
    return code;
}
