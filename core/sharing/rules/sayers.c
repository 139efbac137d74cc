/* sayers.c - who may say something. */
#include "sharing/rules/sayers.h"

bool sayers_have(const struct sayers *s, int source, int about)
{
    return s->anybody || (source >= 0 && services_have(&s->services, (unsigned)source)) ||
           (s->itself && source == about);
}
