/* finding.h - what an auditor is told: one sentence each, counted. No payload. */
#ifndef CONCORDAT_AUDIT_FINDING_H
#define CONCORDAT_AUDIT_FINDING_H

#include "audit/audit.h"

struct findings {
    void (*say)(void *ctx, const char *sentence); /* may be NULL */
    void *ctx;
    struct audit_report *report;
};
/* Counts one in report->broken and says it. */
void finding(const struct findings *f, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
