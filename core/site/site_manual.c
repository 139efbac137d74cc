/* site_manual.c - the option tables of site.yaml, together. */
#include "site/site_manual.h"

#include "site/reading.h"

const struct site_option_group site_option_groups[] = {
    { "feeds: NAME:", reading_feed_options },
    { "deliveries: NAME:", reading_delivery_options },
    { "bus:", reading_bus_options },
    { "admin:", reading_admin_options },
    { NULL, NULL },
};
