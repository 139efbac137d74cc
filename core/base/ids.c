/* ids.c - checking, printing and hashing of identifiers. */
#include "base/ids.h"

#include <assert.h>

/* NHS Data Dictionary, NHS_NUMBER: weights 10 to 2, eleven minus the remainder, 10 is invalid. */
static bool is_modulus_11(const char digit[10])
{
    int sum = 0;
    for (int i = 0; i < 9; i++)
        sum += (10 - i) * (digit[i] - '0');
    int check = 11 - sum % 11;
    return check != 10 && check % 11 == digit[9] - '0';
}

static bool is_one_digit_repeated(const char digit[10])
{
    for (int i = 1; i < 10; i++)
        if (digit[i] != digit[0])
            return false;
    return true;
}

/* The blank or, between digits, the hyphen that s starts with, of ASCII or of Unicode (U+2010 to
 * U+2015, U+2212). */
static size_t gap_length(struct slice s, bool is_between)
{
    static const struct slice dashes[] = {
        SLICE_INIT("-"),
        SLICE_INIT("\xe2\x80\x90"),
        SLICE_INIT("\xe2\x80\x91"),
        SLICE_INIT("\xe2\x80\x92"),
        SLICE_INIT("\xe2\x80\x93"),
        SLICE_INIT("\xe2\x80\x94"),
        SLICE_INIT("\xe2\x80\x95"),
        SLICE_INIT("\xe2\x88\x92"),
    };
    for (size_t i = 0; is_between && i < sizeof dashes / sizeof dashes[0]; i++)
        if (slice_starts(s, dashes[i]))
            return dashes[i].n;
    return slice_blank_length(s);
}

/* ".0", as a number that became a text has it. */
static bool is_nothing_behind_a_point(struct slice s)
{
    s = slice_trim(s);
    size_t zeros = 1;
    while (zeros < s.n && s.p[zeros] == '0')
        zeros++;
    return s.n > 1 && s.p[0] == '.' && zeros == s.n;
}

static bool parse_digits(struct slice s, struct nhs_number *out)
{
    struct nhs_number number = { .digit = "" };
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        uint8_t c = s.p[i];
        bool is_digit = c >= '0' && c <= '9';
        size_t gap = is_digit ? 0 : gap_length(slice_from(s, i), n > 0 && n < 10);
        if (gap) {
            i += gap;
            continue;
        }
        if (n == 10 && is_nothing_behind_a_point(slice_from(s, i)))
            break;
        if (n == 10 || !is_digit)
            return false;
        number.digit[n++] = (char)c;
        i++;
    }
    if (n != 10 || is_one_digit_repeated(number.digit) || !is_modulus_11(number.digit))
        return false;
    *out = number;
    return true;
}

/* "9.990000018e9", as some write a number in JSON: all ten digits are there, or some were lost. */
static bool parse_exponent(struct slice s, struct nhs_number *out)
{
    static const char *const ends[] = { "e9", "e+9", "e09", "e+09" };
    char digits[11];
    s = slice_trim(s);
    if (s.n < 13 || s.p[1] != '.')
        return false;
    digits[0] = (char)s.p[0];
    memcpy(digits + 1, s.p + 2, 9);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (slice_equal_nocase(slice_from(s, 11), slice_text(ends[i])))
            return parse_digits(slice_of(digits, 10), out);
    return false;
}

bool nhs_number_parse(struct slice s, struct nhs_number *out)
{
    return parse_digits(s, out) || parse_exponent(s, out);
}

void nhs_number_masked(const struct nhs_number *n, char out[11])
{
    memset(out, '*', 7);
    memcpy(out + 7, n->digit + 7, 3);
    out[10] = '\0';
}

int subject_partition(const struct subject_key *k, int partitions)
{
    assert(partitions > 0);
    uint64_t head = 0;
    for (int i = 0; i < 8; i++)
        head = (head << 8) | k->b[i];
    return (int)(head % (uint64_t)partitions);
}

void id_hex(const uint8_t b[ID_BYTES], char out[ID_HEX])
{
    slice_to_hex(slice_of(b, ID_BYTES), out);
    out[2 * ID_BYTES] = '\0';
}

bool id_from_hex(struct slice s, uint8_t b[ID_BYTES])
{
    uint8_t read[ID_BYTES];
    if (s.n != sizeof read * 2)
        return false;
    for (size_t i = 0; i < sizeof read; i++) {
        int high = hex_digit(s.p[2 * i]), low = hex_digit(s.p[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        read[i] = (uint8_t)((high << 4) | low);
    }
    memcpy(b, read, sizeof read);
    return true;
}

static const char base32[] = "abcdefghijklmnopqrstuvwxyz234567";

/* Five bits of hash, from bit `at` on, which may reach into the next byte:
 *
 *     pair of bytes   xxxxxxxx xxxxxxxx
 *     at % 8 == 6           43 210      */
static inline unsigned five_bits(const uint8_t *hash, size_t at)
{
    unsigned pair = ((unsigned)hash[at / 8] << 8) | hash[at / 8 + 1];
    return (pair >> (11 - at % 8)) & 31;
}

void disclosure_id_from(const uint8_t hash[32], struct disclosure_id *out)
{
    for (size_t i = 0; i < 20; i++)
        out->text[i] = base32[five_bits(hash, i * 5)];
    out->text[20] = '\0';
}

bool disclosure_id_parse(struct slice s, struct disclosure_id *out)
{
    if (s.n != 20)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!memchr(base32, s.p[i], 32))
            return false;
    memcpy(out->text, s.p, 20);
    out->text[20] = '\0';
    return true;
}

/* With three characters or fewer nothing would be masked, so all of them are. A byte that could
 * disturb a terminal or a log line is shown as '?'. */
void id_masked(struct slice s, char out[16])
{
    size_t n = s.n < 15 ? s.n : 15;
    memset(out, '*', n);
    out[n] = '\0';
    if (s.n <= 3)
        return;
    out[0] = (char)s.p[0];
    out[1] = (char)s.p[1];
    out[n - 1] = (char)s.p[s.n - 1];
    for (size_t i = 0; i < n; i++)
        if (out[i] < 0x20 || out[i] == 0x7f || out[i] == '"')
            out[i] = '?';
}

static uint64_t fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Multiply and fold, eight bytes a step (the scheme of wyhash, simplified). */
uint64_t hash_bytes(struct slice s)
{
    const uint64_t k1 = 0xa0761d6478bd642fu, k2 = 0xe7037ed1a0b428dbu;
    uint64_t h = k1 ^ s.n;
    while (s.n > 0) {
        uint64_t word = 0;
        size_t n = s.n < sizeof word ? s.n : sizeof word;
        memcpy(&word, s.p, n);
        h = fold(h ^ word, k2);
        s = slice_from(s, n);
    }
    return fold(h ^ k2, k1);
}

/* Bit by bit: it runs over schemas when they are loaded, where a table would buy nothing. */
uint64_t crc64_avro(struct slice s)
{
    const uint64_t empty = 0xc15d213aa4d7a795u;
    uint64_t crc = empty;
    for (size_t i = 0; i < s.n; i++) {
        crc ^= s.p[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (crc & 1 ? empty : 0);
    }
    return crc;
}
