/* site_admin.c - how the listener for metrics and health stands to the world. */
#include "site/site.h"

#include "base/address.h"

bool site_may_listen(struct slice text)
{
    struct address at;
    return address_split(text, &at) && address_is_local(text);
}

void site_admin_stand(const struct site_admin *a, struct secure_stand *out)
{
    *out = (struct secure_stand){
        .secure = &a->secure,
        .address = a->listen,
        .listens = true,
        .local = address_is_local(slice_text(a->listen)),
        .encrypted = a->secure.tls.at != NULL,
    };
}
