/* samples.c - see samples.h. */
#include "samples.h"

#include <string.h>

static void repeat(struct buf *b, const char *text, size_t times)
{
    while (times-- > 0)
        buf_text(b, text);
}

static void hl7v2_large(struct buf *b)
{
    buf_text(b, "MSH|^~\\&|A|B|C|D|20261201||ADT^A01|");
    repeat(b, "1", 300);
    buf_text(b, "|P|2.4\r");
}

static void csv_large(struct buf *b)
{
    repeat(b, "c,", 3000);
    buf_text(b, "c\n1\n");
}

static void json_large(struct buf *b)
{
    repeat(b, "[", 100);
    repeat(b, "]", 100);
}

static const struct sample samples[] = {
    { .name = "hl7v2",
      .unit =
          "MSH|^~\\&|PAS|HOSP|HUB|REG|20261201||ADT^A01^ADT_A01|M1|P|2.4|||AL|AL||UNICODE UTF-8\r"
          "EVN||20261201\r"
          "PID|1||QXZ1^^^H^MR~QXZ2^^^NHS^NH||QXZlovelace^QXZada&QXZb||19400101|F|||"
          "QXZ\\T\\road^\\X4A\\^\"\"\r"
          "PV1|1|I|W1^2^3\r",
      .messages = 1,
      .path = "PID-5.1",
      .value = "QXZlovelace",
      .absent = { "ZZZ-1", "PID-40", "PID(9)-5.1" },
      .no_path = { "", "PID-", "pid 5" },
      .each = "PID-3",
      .item = ".1",
      .repeats = 2,
      .large = hl7v2_large,
      .marks = "|^~\\&\r\n\x0b\x1c",
      .keys_are_paths = true },
    { .name = "csv",
      .unit =
          "name,day,\"a, b\"\r\n\"QXZ \"\"love\"\"\",1/12/2026,QXZ\r\nQXZada,,\"QXZ\r\nline\"\r\n",
      .messages = 2,
      .path = "day",
      .value = "1/12/2026",
      .absent = { "none", "name day" },
      .no_path = { "", " " },
      .each = NULL, /* a row has one cell a column */
      .large = csv_large,
      .marks = ",;\t|\"'\r\n=",
      .keys_are_paths = true,
      .options = { .readers = READERS_MACHINES } },
    { .name = "json",
      .unit = "[{\"person\":{\"family\":\"QXZlove\\u006cace\",\"phones\":[\"QXZ1\",\"QXZ2\"]},"
              "\"n\":-1.5e3,"
              "\"t\":true,\"z\":null},{\"person\":{\"family\":\"QXZ \\ud83d\\ude00\"}}]",
      .messages = 2,
      .path = "person.family",
      .value = "QXZlovelace",
      .absent = { "none", "person.none.none", "person.phones[7]" },
      .no_path = { "", "a..b", "a[" },
      .each = "person.phones[]",
      .item = ".",
      .repeats = 2,
      .large = json_large,
      .marks = "{}[]\",:\\u0-n" },
};

const struct sample *sample_of(const struct format *format)
{
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++)
        if (strcmp(samples[i].name, format->name) == 0)
            return &samples[i];
    return NULL;
}
