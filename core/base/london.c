/* london.c - what clocks in London showed: by table until 1995, by the rule of 1996 since.
 *
 * The table is Europe/London of the IANA time zone database (2025b): summer time since 1916, double
 * summer time of 1941 to 1945 and 1947, British Standard Time of 1968 to 1971, the years of the
 * 1972 Act. Before 1916 London kept Greenwich time. Since 1996: the last Sundays of March and
 * October, 01:00Z (SI 1994/2798, SI 1997/2982, SI 2002/262). */
#include "base/clock.h"

#define HOUR_MS ((int64_t)3600 * 1000)
#define DAY_MS (24 * HOUR_MS)
#define TABLE_START_MS (INT64_C(-1704153600) * 1000) /* 1916-01-01T00:00Z */
#define RULE_START_MS (INT64_C(820454400) * 1000)    /* 1996-01-01T00:00Z */
#define AHEAD_MAX 2
#define MARCH_TO_OCTOBER 214 /* days, from the last of one to that of the other */

/* From so many hours after the table's start on, clocks are so many hours ahead of Greenwich. */
#define AT(hour, ahead) (((uint32_t)(hour) << 2) | (ahead))
static const uint32_t changes[] = {
    AT(0, 0), /* winter */
    AT(3386, 1),   AT(6578, 0),   AT(11114, 1),  AT(15002, 0),  AT(19514, 1),  AT(24074, 0),
    AT(28418, 1),  AT(32810, 0),  AT(37154, 1),  AT(42218, 0),  AT(46058, 1),  AT(50450, 0),
    AT(54626, 1),  AT(59330, 0),  AT(64034, 1),  AT(67562, 0),  AT(72602, 1),  AT(76466, 0),
    AT(81506, 1),  AT(85538, 0),  AT(90242, 1),  AT(94274, 0),  AT(98810, 1),  AT(103010, 0),
    AT(107882, 1), AT(111914, 0), AT(116618, 1), AT(120650, 0), AT(125186, 1), AT(129386, 0),
    AT(134090, 1), AT(138122, 0), AT(142826, 1), AT(146858, 0), AT(151394, 1), AT(155762, 0),
    AT(160466, 1), AT(164498, 0), AT(169034, 1), AT(173234, 0), AT(177938, 1), AT(181970, 0),
    AT(186674, 1), AT(190706, 0), AT(195242, 1), AT(199442, 0), AT(204146, 1), AT(209354, 0),
    AT(211706, 1), AT(222121, 2), AT(224473, 1), AT(230185, 2), AT(233209, 1), AT(238921, 2),
    AT(242113, 1), AT(247657, 2), AT(251689, 1), AT(256417, 2), AT(258913, 1), AT(260930, 0),
    AT(265466, 1), AT(269666, 0), AT(273530, 1), AT(274201, 2), AT(277057, 1), AT(279074, 0),
    AT(282266, 1), AT(287810, 0), AT(291506, 1), AT(296546, 0), AT(300578, 1), AT(305114, 0),
    AT(309314, 1), AT(313850, 0), AT(318218, 1), AT(322754, 0), AT(326954, 1), AT(330986, 0),
    AT(335522, 1), AT(339722, 0), AT(344426, 1), AT(348458, 0), AT(353330, 1), AT(357362, 0),
    AT(361898, 1), AT(366098, 0), AT(370802, 1), AT(374834, 0), AT(379538, 1), AT(383570, 0),
    AT(388106, 1), AT(392306, 0), AT(396506, 1), AT(401714, 0), AT(405242, 1), AT(410450, 0),
    AT(414146, 1), AT(419186, 0), AT(422714, 1), AT(427922, 0), AT(431450, 1), AT(436658, 0),
    AT(440186, 1), AT(445394, 0), AT(448922, 1), AT(454298, 0), AT(456986, 1), AT(463031, 1),
    AT(489410, 0), AT(492770, 1), AT(498146, 0), AT(501506, 1), AT(506882, 0), AT(510242, 1),
    AT(515618, 0), AT(518978, 1), AT(524354, 0), AT(527882, 1), AT(533090, 0), AT(536618, 1),
    AT(541826, 0), AT(545354, 1), AT(550730, 0), AT(554090, 1), AT(559466, 0), AT(562826, 1),
    AT(568202, 0), AT(571897, 1), AT(576937, 0), AT(580633, 1), AT(585673, 0), AT(589369, 1),
    AT(594409, 0), AT(598105, 1), AT(603313, 0), AT(607009, 1), AT(612049, 0), AT(615745, 1),
    AT(620785, 0), AT(624481, 1), AT(629521, 0), AT(633217, 1), AT(638257, 0), AT(641953, 1),
    AT(647161, 0), AT(650689, 1), AT(655897, 0), AT(659593, 1), AT(664633, 0), AT(668329, 1),
    AT(673369, 0), AT(677065, 1), AT(682105, 0), AT(685801, 1), AT(690841, 0), AT(694537, 1),
    AT(699577, 0),
};
#define CHANGES (sizeof changes / sizeof changes[0])

/* A change in 32 bits, as AT makes it:
 *
 *     hours since the table's start (30) | hours ahead (2) */
static inline uint32_t change_hour(uint32_t change)
{
    return change >> 2;
}
static inline int change_ahead(uint32_t change)
{
    return (int)(change & 3);
}

/* How many hours clocks were ahead of Greenwich. */
static int by_table(int64_t ms)
{
    if (ms < TABLE_START_MS)
        return 0;
    uint32_t hour = (uint32_t)((ms - TABLE_START_MS) / HOUR_MS);
    size_t low = 0, high = CHANGES; /* the last change that is not after it */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (change_hour(changes[middle]) <= hour)
            low = middle;
        else
            high = middle;
    }
    return change_ahead(changes[low]);
}

/* 01:00Z on the last Sunday that is no later than so many days after 1970-01-01, a Thursday. */
static int64_t last_sunday_ms(int64_t days)
{
    return (days - (days + 4) % 7) * DAY_MS + HOUR_MS;
}

struct summer {
    int64_t start_ms, end_ms;
};

static struct summer summer_of(int year)
{
    const struct civil march = { .year = year, .month = 3, .day = 31 };
    int64_t days = civil_to_ms(&march) / DAY_MS;
    return (struct summer){ last_sunday_ms(days), last_sunday_ms(days + MARCH_TO_OCTOBER) };
}

struct civil london_from_ms(int64_t ms)
{
    if (ms < RULE_START_MS)
        return civil_from_ms(ms + by_table(ms) * HOUR_MS);
    struct civil utc = civil_from_ms(ms);
    struct summer summer = summer_of(utc.year); /* both changes are far from New Year */
    bool is_summer = ms >= summer.start_ms && ms < summer.end_ms;
    return is_summer ? civil_from_ms(ms + HOUR_MS) : utc;
}

/* The first moment at which clocks showed that time. If none did, as if clocks had not changed
 * yet. */
static int64_t old_to_ms(int64_t local, bool *doubtful)
{
    int found = -1, count = 0;
    for (int ahead = AHEAD_MAX; ahead >= 0; ahead--)
        if (by_table(local - ahead * HOUR_MS) == ahead) {
            found = found < 0 ? ahead : found;
            count++;
        }
    *doubtful = count != 1;
    return local - (found < 0 ? by_table(local - AHEAD_MAX * HOUR_MS) : found) * HOUR_MS;
}

int64_t london_to_ms(const struct civil *c, bool *doubtful)
{
    int64_t local = civil_to_ms(c);
    bool unasked;
    doubtful = doubtful ? doubtful : &unasked;
    if (local < RULE_START_MS)
        return old_to_ms(local, doubtful);
    struct summer summer = summer_of(c->year);
    bool never = local >= summer.start_ms && local < summer.start_ms + HOUR_MS;
    bool twice = local >= summer.end_ms && local < summer.end_ms + HOUR_MS;
    *doubtful = never || twice;
    bool is_summer = local >= summer.start_ms + HOUR_MS && local < summer.end_ms + HOUR_MS;
    return local - (is_summer ? HOUR_MS : 0);
}
