/* SPDX-License-Identifier: MIT */
/*
 * tag_c2.h - TagLib 2's C interface, whichever TagLib is installed
 *
 * Our C code is written against the names of TagLib 2.  Before that version
 * its tag_c.h knew neither properties by key nor pictures; tag_c2.cc then
 * supplies those functions, with TagLib 2's names and rules, on top of the C++
 * PropertyMap of 1.11 and later.  Strings are UTF-8.
 */
#ifndef MEDIA_TAG_TAG_C2_H
#define MEDIA_TAG_TAG_C2_H

#include <taglib_config.h>

#include <tag_c.h>

#if TAGLIB_MAJOR_VERSION < 2

#ifdef __cplusplus
extern "C" {
#endif

typedef struct TagLib_Complex_Property_Attribute TagLib_Complex_Property_Attribute;

typedef struct {
	char *mimeType;
	char *description;
	char *pictureType; /* "Front Cover", ... */
	char *data;
	unsigned int size;
} TagLib_Complex_Property_Picture_Data;

/* NULL-terminated lists, NULL where empty; freed with taglib_property_free(). */
char **taglib_property_keys(const TagLib_File *file);
char **taglib_property_get(const TagLib_File *file, const char *key);
void taglib_property_free(char **list);

/* Only the key "PICTURE" is known. */
TagLib_Complex_Property_Attribute ***taglib_complex_property_get(const TagLib_File *file, const char *key);
void taglib_complex_property_free(TagLib_Complex_Property_Attribute ***list);

/* The first picture of the list; the pointers belong to the list. */
void taglib_picture_from_complex_property(
    TagLib_Complex_Property_Attribute ***list, TagLib_Complex_Property_Picture_Data *picture);

#ifdef __cplusplus
}
#endif
#endif
#endif
