/* csv_name.c - the names of columns. */
#include "format/csv_name.h"

#include "base/charset.h"

struct slice csv_name(struct arena *a, struct slice s)
{
    s = text_plain(a, s);
    uint8_t *out = s.p ? arena_alloc(a, s.n + 1) : NULL;
    for (size_t i = 0; out && i < s.n; i++)
        out[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (uint8_t)(s.p[i] + 'a' - 'A') : s.p[i];
    return slice_of(out, s.n);
}
