/* desk_test.c - restricted_desk of region.yaml: who is told to ask has somebody to ask. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "sharing/tools/analyse.h"
#include "small.h"

#define OF_REGION "restricted_desk: {team: Region, phone: '1'}\n"
#define OF_COUNCIL "    restricted_desk: {team: Council, phone: '2'}\n"
#define TELLS "tell: restricted-ask-the-source"
#define COUNCIL "  wexshire-council:\n"

static const char clause[] =
    "  - {id: c, share: {HospitalStay: [admitted]}, from: acute-trust, to: adult-social-care, "
    "release: [identity.name, stay.ward, source.contact]}\n";

/* The region with those lines; NULL: it does not load. */
static const struct bundle *with(const char *of_region, const char *of_council,
                                 const char *prohibition)
{
    struct problems p = { 0 };
    const char *region = small_replace(
        small_region, "region: ", arena_format(&world.arena, "%sregion: ", of_region));
    const char *council = arena_format(&world.arena, COUNCIL "%s", of_council);
    const struct small_file files[] = {
        { "agreements/sharing.yaml", small_agreement(NULL, clause) },
        { "prohibitions/p.yaml",
          arena_format(&world.arena, "prohibitions:\n  - {id: p, source: law, %s}\n",
                       prohibition) },
        { "region.yaml", small_replace(region, COUNCIL, council) },
    };
    const struct bundle *b = small_load(files, 3, &p);
    problems_release(&p);
    return b;
}

static bool is_desk(const struct bundle *b, const char *service, const char *team)
{
    const struct restricted_desk *d =
        bundle_desk(b, (uint16_t)bundle_service(b, slice_text(service)));
    return team ? d && slice_equal_text(d->team, team) : !d;
}

static void the_desk_is_of_ones_own_agency_else_of_the_region(void)
{
    const char *nothing = "withhold: [stay.ward]";
    const struct bundle *none = with("", "", nothing), *one = with(OF_REGION, "", nothing),
                        *own = with("", OF_COUNCIL, nothing),
                        *both = with(OF_REGION, OF_COUNCIL, nothing);
    CU_ASSERT_FATAL(none && one && own && both);
    CU_ASSERT(is_desk(none, TEAM, NULL) && is_desk(none, WARDS, NULL));
    CU_ASSERT(is_desk(one, TEAM, "Region") && is_desk(one, WARDS, "Region"));
    CU_ASSERT(is_desk(own, TEAM, "Council") && is_desk(own, WARDS, NULL));
    CU_ASSERT(is_desk(both, TEAM, "Council") && is_desk(both, WARDS, "Region"));
}

static void a_desk_has_a_team_and_a_phone(void)
{
    CU_ASSERT_PTR_NULL(with("restricted_desk: {team: Region}\n", "", "withhold: [stay.ward]"));
    CU_ASSERT_PTR_NULL(with("restricted_desk: {phone: '1'}\n", "", "withhold: [stay.ward]"));
    CU_ASSERT_PTR_NULL(with("", "    restricted_desk: {team: A}\n", "withhold: [stay.ward]"));
}

/* Whether check warns of it. */
static bool warns(const char *of_region, const char *of_council, const char *prohibition)
{
    struct problems problems = { 0 }, warnings = { 0 };
    struct analyse_input in = { .bundle = with(of_region, of_council, prohibition), .now_ms = T0 };
    bool found = false;
    CU_ASSERT_PTR_NOT_NULL_FATAL(in.bundle);
    analyse(&in, &world.arena, &problems, &warnings);
    for (size_t i = 0; i < warnings.count; i++)
        found |= strcmp(warnings.list[i].code, "check.desk") == 0;
    problems_release(&problems);
    problems_release(&warnings);
    return found;
}

static void a_notice_without_anybody_to_ask_is_found(void)
{
#define WHEN ", when: 'restricted(subject, \"location\")'"
    CU_ASSERT(warns("", "", "withhold: [source.contact], " TELLS WHEN));
    CU_ASSERT(warns("", "", "withhold: [source], " TELLS WHEN));
    CU_ASSERT_FALSE(warns("", "", "withhold: [stay.ward], " TELLS WHEN));
    CU_ASSERT_FALSE(warns("", "", "withhold: [source.contact]" WHEN));
    CU_ASSERT_FALSE(warns("", "", "withhold: [source.contact], to: landlord, " TELLS WHEN));
    CU_ASSERT_FALSE(warns(OF_REGION, "", "withhold: [source.contact], " TELLS WHEN));
    CU_ASSERT_FALSE(warns("", OF_COUNCIL, "withhold: [source.contact], " TELLS WHEN));
}

static CU_TestInfo cases[] = {
    { "the desk is of one's own agency, else of the region",
      the_desk_is_of_ones_own_agency_else_of_the_region },
    { "a desk has a team and a phone", a_desk_has_a_team_and_a_phone },
    { "a notice without anybody to ask is found", a_notice_without_anybody_to_ask_is_found },
    CU_TEST_INFO_NULL,
};

CU_SuiteInfo suite_desk = { "desk", NULL, NULL, world_setup, world_teardown, cases };
