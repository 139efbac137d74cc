/* json.h - one JSON value a message (RFC 8259), found by dotted paths. */
#ifndef CONCORDAT_FORMAT_JSON_H
#define CONCORDAT_FORMAT_JSON_H

#include "contract/format.h"

extern const struct format format_json;

#endif
