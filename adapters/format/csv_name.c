/* csv_name.c - the names of columns. */
#include "format/csv_name.h"

#include "base/charset.h"

static uint8_t lower_case(uint8_t c)
{
    bool is_upper = c >= 'A' && c <= 'Z';
    return is_upper ? (uint8_t)(c - 'A' + 'a') : c;
}

struct slice csv_name(struct arena *a, struct slice s)
{
    s = text_plain(a, s);
    uint8_t *out = s.p ? arena_alloc(a, s.n + 1) : NULL;
    if (!out)
        return slice_of(NULL, s.n);
    for (size_t i = 0; i < s.n; i++)
        out[i] = lower_case(s.p[i]);
    return slice_of(out, s.n);
}

size_t csv_name_shared(struct slice a, struct slice b)
{
    size_t n = a.n < b.n ? a.n : b.n, front = 0, back = 0;
    while (front < n && a.p[front] == b.p[front])
        front++;
    while (back < n - front && a.p[a.n - 1 - back] == b.p[b.n - 1 - back])
        back++;
    return front + back;
}
