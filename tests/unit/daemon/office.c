/* office.c - makes the folder, loads the site, opens its bus and makes the topics. */
#include "office.h"

#include <CUnit/CUnit.h>

#include "registry.h"
#include "router/router.h"

static struct scratch installed;

int office_install(void)
{
    scratch_make(&installed);
    if (symlink(SOURCE_DIR "/adapters/systems", scratch_path(&installed, "systems")) != 0 ||
        symlink(SOURCE_DIR "/schemas", scratch_path(&installed, "schemas")) != 0)
        return 1;
    return setenv("CONCORDAT_SHARE", installed.dir, 1);
}

int office_uninstall(void)
{
    unsetenv("CONCORDAT_SHARE");
    scratch_remove(&installed);
    return 0;
}

static const char site_file[] =
    "region: " SOURCE_DIR "/deploy/example/region.yaml\n"
    "demo: true\n"
    "environment: live\n"
    "router: true\n"
    "bus: embedded:bus.db\n"
    "keys: {region: r.key, recipients: c.key, agencies: {wexbridge-hospital: h.key}}\n"
    "feeds:\n"
    "  pas-adt:\n"
    "    service: wexbridge-hospital/wards\n"
    "    transport: {mllp: {listen: 127.0.0.1:0}}\n"
    "    mapping: systems/nhs/itk-adt-2.4/in.yaml\n"
    "deliveries:\n"
    "  council-inbox:\n"
    "    for: wexshire-council/hospital-team\n"
    "    transport: {folder: {write: inbox}}\n"
    "    mapping: systems/social-care/inbox-csv/out.yaml\n";

static bool open_bus(struct office *o, struct err *e)
{
    const struct bus_options how = { .url = o->site->bus_url, .prefix = "", .client = "test" };
    const struct bus_topic *topics;
    size_t n;
    return bus_open(&how, &o->bus, e) &&
           region_topics(o->site->bundle, &o->arena, &topics, &n, e) &&
           bus_topics(o->bus, topics, n, e);
}

void office_open(struct office *o)
{
    struct problems problems = { .count = 0 };
    struct err e = { .fate = ERR_NONE };
    char line[600];
    *o = (struct office){ .site = NULL };
    scratch_make(&o->scratch);
    arena_init(&o->arena, (size_t)256 << 20);
    scratch_write(&o->scratch, "site.yaml", site_file, sizeof site_file - 1, 0600);
    o->site = site_load(&o->arena, o->scratch.dir, &adapters, false, &problems);
    for (size_t i = 0; i < problems.count; i++)
        fprintf(stderr, "%s\n", err_print(&problems.list[i], line, sizeof line));
    problems_release(&problems);
    CU_ASSERT_PTR_NOT_NULL_FATAL(o->site);
    CU_ASSERT_FATAL(mkdir(o->site->state_folder, 0700) == 0);
    if (!open_bus(o, &e))
        fprintf(stderr, "%s\n", e.text);
    CU_ASSERT_FATAL(e.fate == ERR_NONE);
}

void office_close(struct office *o)
{
    if (o->bus)
        bus_close(&o->bus);
    arena_release(&o->arena);
    scratch_remove(&o->scratch);
}
