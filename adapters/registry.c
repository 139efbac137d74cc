/* registry.c - the one list of adapters that exist: formats and transports, each known by its name
 * in a site's files. To add one: a line in each of the two places (adapters/README.md). */
#include "registry.h"

#include "format/csv.h"
#include "format/hl7v2.h"
#include "format/json.h"
#include "transport/folder.h"
#include "transport/http_out.h"
#include "transport/mllp.h"
#include "transport/rest_poll.h"
#include "transport/webhook.h"

static const struct format *const formats[] = {
    &format_hl7v2,
    &format_csv,
    &format_json,
    NULL,
};

static const struct transport *const transports[] = {
    &transport_mllp,     &transport_folder,    &transport_webhook,
    &transport_http_out, &transport_rest_poll, NULL,
};

const struct registry adapters = { formats, transports };
