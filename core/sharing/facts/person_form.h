/* person_form.h - the form in which person_encode writes and person_decode reads; an older one
 * comes through former.h. */
#ifndef CONCORDAT_SHARING_FACTS_PERSON_FORM_H
#define CONCORDAT_SHARING_FACTS_PERSON_FORM_H

#define PERSON_VERSION 4

#endif
