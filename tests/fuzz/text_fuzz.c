/* text_fuzz.c - the small readers: times, identifiers, the audit's note. What they take, they can
 * write again. */
#include <string.h>

#include "audit/audit.h"
#include "base/moment.h"
#include "base/ids.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void read_times(struct slice s)
{
    struct moment m;
    char text[TIME_TEXT_MAX];
    if (moment_from_hl7(s, &m) || moment_from_iso(s, &m) || moment_from_uk(s, &m) ||
        moment_from_epoch(s, true, &m) || moment_from_epoch(s, false, &m) || time_from_iso(s, &m)) {
        struct moment again;
        struct slice iso = time_to_iso(&m, text);
        if (!time_from_iso(iso, &again))
            __builtin_trap();
    }
    int64_t day;
    (void)london_day_start(s, &day);
}

static void read_ids(struct slice s)
{
    struct nhs_number number, again;
    struct disclosure_id id;
    uint8_t bytes[ID_BYTES];
    char masked[11], hex[ID_HEX];
    if (nhs_number_parse(s, &number)) {
        if (!nhs_number_parse(slice_text(number.digit), &again))
            __builtin_trap();
        nhs_number_masked(&number, masked);
    }
    if (id_from_hex(s, bytes))
        id_hex(bytes, hex);
    (void)disclosure_id_parse(s, &id);
}

static void read_note(struct slice s)
{
    struct audit_chain chain, again;
    struct err e = { 0 };
    struct buf out;
    if (!audit_note_read(s, &chain, &e))
        return;
    buf_init(&out, 4096);
    audit_note_write(&chain, &out);
    if (!audit_note_read(buf_slice(&out), &again, &e) || chain.next != again.next)
        __builtin_trap();
    buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct slice s = slice_of(data, n);
    read_times(s);
    read_ids(s);
    read_note(s);
    return 0;
}
