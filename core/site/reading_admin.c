/* reading_admin.c - the listener for metrics and health: its options, and whether it may stand to
 * the world so. */
#include <stddef.h>

#include "base/address.h"
#include "site/reading.h"

#define AT(field) offsetof(struct site_admin, field)

const struct cfg_option reading_admin_options[] = {
    { "listen", CFG_TEXT, AT(listen), NULL, "address and port to answer on, as 127.0.0.1:9464" },
    { "hosts", CFG_LIST, AT(hosts), NULL,
      "further host names that it answers to; a request to any name but these, its own and "
      "loopback's is answered 421" },
    SECURE_TLS(AT(secure)),
    SECURE_CLEARTEXT(AT(secure)),
    SECURE_ANYONE(AT(secure)),
    { .type = CFG_END },
};

void reading_admin(struct reading *r, const struct node *root)
{
    const struct node *map = strict_member(root, "admin", NODE_MAP);
    struct site_admin *admin = &r->site->admin;
    struct secure_stand stand;
    struct address at;
    if (!map)
        return;
    (void)options_read(r->reader.arena, map, reading_admin_options, r->site->places.folder, admin,
                       r->reader.problems);
    if (!admin->listen) /* told: it must be there */
        return;
    const struct node *n = node_get(map, "listen");
    if (!address_split(slice_text(admin->listen), &at) || !at.host[0]) {
        reading_complain(r, n, "site.admin", "want a host:port such as 127.0.0.1:9464", n->text);
        return;
    }
    site_admin_stand(admin, &stand);
    (void)reading_stand_of(r, n, SLICE("admin"), &stand);
}
