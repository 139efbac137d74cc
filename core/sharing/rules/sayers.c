/* sayers.c - who may say something. */
#include "sharing/rules/sayers.h"

bool sayers_have(const struct sayers *s, int source, int about)
{
    if (s->anybody)
        return true;
    if (s->itself && source == about)
        return true;
    return source >= 0 && services_have(&s->services, (unsigned)source);
}
