/* sound.h - bundles for sound.c. */
#ifndef CONCORDAT_TESTS_REFERENCE_SOUND_H
#define CONCORDAT_TESTS_REFERENCE_SOUND_H

#include "reference.h"

/* Mostly in force, with conditions of which many can never hold, or always do. Lives in life. */
struct ref_bundle *sound_bundle(struct arena *life, struct ref_random *r,
                                const struct catalogue *c);

#endif
