/* SPDX-License-Identifier: MIT */
#include "media/tag/tag_c2.h"

#if TAGLIB_MAJOR_VERSION < 2

#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include <aifffile.h>
#include <apefile.h>
#include <apetag.h>
#include <asffile.h>
#include <attachedpictureframe.h>
#include <flacfile.h>
#include <id3v2tag.h>
#include <mp4file.h>
#include <mpcfile.h>
#include <mpegfile.h>
#include <tpropertymap.h>
#include <trueaudiofile.h>
#include <wavfile.h>
#include <wavpackfile.h>
#include <xiphcomment.h>

#include "media/tag/tagfile.h"

using namespace TagLib;

struct TagLib_Complex_Property_Attribute {
	std::string mime, description, type;
	ByteVector data;
};
typedef TagLib_Complex_Property_Attribute Picture;

static const File *
file_of(const TagLib_File *file)
{
	return reinterpret_cast<const File *>(file);
}

/* A malloced, NULL-terminated copy of list; NULL where it is empty. */
static char **
copy_of(const StringList &list)
{
	char **copy, **to;

	if (list.isEmpty())
		return nullptr;
	copy = to = static_cast<char **>(calloc(list.size() + 1, sizeof *copy));
	if (copy == nullptr)
		throw std::bad_alloc();
	for (const auto &s : list) {
		*to = strdup(s.toCString(true));
		if (*to++ == nullptr) {
			taglib_property_free(copy);
			throw std::bad_alloc();
		}
	}
	return copy;
}

/* The map is built once for each file, when its keys are asked for: TagLib makes it anew with every call. */
static const PropertyMap &
properties_of(const TagLib_File *file, bool fresh)
{
	static const TagLib_File *whose;
	static std::unique_ptr<PropertyMap> map;

	if (fresh || file != whose) {
		whose = nullptr;
		map = std::make_unique<PropertyMap>(file_of(file)->properties());
		whose = file;
	}
	return *map;
}

/* A text that holds NULs is several values, as ID3v2.4 means it. */
static StringList
values_of(const StringList &list)
{
	StringList all;

	for (const auto &value : list) {
		unsigned int begin = 0;

		for (unsigned int i = 0; i <= value.size(); i++)
			if (i == value.size() || value[static_cast<int>(i)] == 0) {
				if (i > begin)
					all.append(value.substr(begin, i - begin));
				begin = i + 1;
			}
	}
	return all;
}

char **
taglib_property_keys(const TagLib_File *file)
{
	try {
		StringList keys;

		for (const auto &property : properties_of(file, true))
			keys.append(property.first);
		return copy_of(keys);
	} catch (...) {
		tagfile_note_failure(true);
		return nullptr;
	}
}

char **
taglib_property_get(const TagLib_File *file, const char *key)
{
	try {
		return copy_of(values_of(properties_of(file, false)[String(key, String::UTF8)]));
	} catch (...) {
		tagfile_note_failure(true);
		return nullptr;
	}
}

void
taglib_property_free(char **list)
{
	for (char **p = list; p != nullptr && *p != nullptr; p++)
		free(*p);
	free(list);
}

static const char *
type_name(int type)
{
	static const char *const names[] = { "Other", "File Icon", "Other File Icon", "Front Cover",
		"Back Cover", "Leaflet Page", "Media", "Lead Artist", "Artist", "Conductor", "Band",
		"Composer", "Lyricist", "Recording Location", "During Recording", "During Performance",
		"Movie Screen Capture", "Coloured Fish", "Illustration", "Band Logo", "Publisher Logo" };

	return type >= 0 && type < static_cast<int>(sizeof names / sizeof names[0]) ? names[type] : "Other";
}

typedef std::vector<Picture> Pictures;

static void
add(Pictures &all, const String &mime, const String &description, const char *type, const ByteVector &data)
{
	Picture p;

	if (data.isEmpty())
		return;
	p.mime = mime.to8Bit(true);
	p.description = description.to8Bit(true);
	p.type = type;
	p.data = data;
	all.push_back(p);
}

static void
from_id3(Pictures &all, const ID3v2::Tag *tag)
{
	if (tag == nullptr)
		return;
	for (const auto frame : tag->frameList("APIC"))
		if (auto p = dynamic_cast<const ID3v2::AttachedPictureFrame *>(frame))
			add(all, p->mimeType(), p->description(), type_name(p->type()), p->picture());
}

static void
from_flac(Pictures &all, const List<FLAC::Picture *> &list)
{
	for (const auto p : list)
		add(all, p->mimeType(), p->description(), type_name(p->type()), p->data());
}

/* "COVER ART (FRONT)": a file name, a NUL, the bytes. */
static void
from_ape(Pictures &all, const APE::Tag *tag)
{
	if (tag == nullptr)
		return;
	for (const auto &item : tag->itemListMap()) {
		ByteVector data = item.second.binaryData();
		int nul = data.find('\0');

		if (!item.first.startsWith("COVER ART (") || item.second.type() != APE::Item::Binary ||
		    nul < 0)
			continue;
		add(all, String(), String(data.mid(0, static_cast<unsigned int>(nul)), String::UTF8),
		    item.first.find("FRONT") >= 0      ? "Front Cover"
			: item.first.find("BACK") >= 0 ? "Back Cover"
						       : "Other",
		    data.mid(static_cast<unsigned int>(nul) + 1));
	}
}

static void
from_mp4(Pictures &all, MP4::Tag *tag)
{
	if (tag == nullptr || !tag->contains("covr"))
		return;
	for (const auto &cover : tag->item("covr").toCoverArtList())
		add(all, String(), String(), "Front Cover", cover.data());
}

static void
from_asf(Pictures &all, ASF::Tag *tag)
{
	if (tag == nullptr || !tag->attributeListMap().contains("WM/Picture"))
		return;
	for (const auto &a : tag->attributeListMap()["WM/Picture"]) {
		ASF::Picture p = a.toPicture();

		if (p.isValid())
			add(all, p.mimeType(), p.description(), type_name(p.type()), p.picture());
	}
}

static Pictures
pictures_of(File *file)
{
	Pictures all;

	if (auto f = dynamic_cast<MPEG::File *>(file)) {
		from_id3(all, f->ID3v2Tag());
		from_ape(all, f->APETag());
	} else if (auto g = dynamic_cast<FLAC::File *>(file)) {
		from_flac(all, g->pictureList());
		if (g->xiphComment() != nullptr)
			from_flac(all, g->xiphComment()->pictureList());
		from_id3(all, g->ID3v2Tag());
	} else if (auto x = dynamic_cast<Ogg::XiphComment *>(file->tag())) {
		from_flac(all, x->pictureList());
	} else if (auto m = dynamic_cast<MP4::File *>(file)) {
		from_mp4(all, m->tag());
	} else if (auto a = dynamic_cast<ASF::File *>(file)) {
		from_asf(all, a->tag());
	} else if (auto w = dynamic_cast<RIFF::WAV::File *>(file)) {
		from_id3(all, w->ID3v2Tag());
	} else if (auto i = dynamic_cast<RIFF::AIFF::File *>(file)) {
		from_id3(all, i->tag());
	} else if (auto t = dynamic_cast<TrueAudio::File *>(file)) {
		from_id3(all, t->ID3v2Tag());
	} else if (auto p = dynamic_cast<APE::File *>(file)) {
		from_ape(all, p->APETag());
	} else if (auto v = dynamic_cast<WavPack::File *>(file)) {
		from_ape(all, v->APETag());
	} else if (auto c = dynamic_cast<MPC::File *>(file)) {
		from_ape(all, c->APETag());
	}
	return all;
}

/* One list of one attribute for each picture. */
static Picture ***
list_of(const Pictures &all)
{
	auto list = static_cast<Picture ***>(calloc(all.size() + 1, sizeof(Picture **)));

	if (list == nullptr)
		throw std::bad_alloc();
	try {
		for (size_t i = 0; i < all.size(); i++) {
			list[i] = static_cast<Picture **>(calloc(2, sizeof(Picture *)));
			if (list[i] == nullptr)
				throw std::bad_alloc();
			list[i][0] = new Picture(all[i]);
		}
	} catch (...) {
		taglib_complex_property_free(list);
		throw;
	}
	return list;
}

TagLib_Complex_Property_Attribute ***
taglib_complex_property_get(const TagLib_File *file, const char *key)
{
	try {
		Pictures all;

		if (strcmp(key, "PICTURE") == 0)
			all = pictures_of(const_cast<File *>(file_of(file)));
		return all.empty() ? nullptr : list_of(all);
	} catch (...) {
		tagfile_note_failure(true);
		return nullptr;
	}
}

void
taglib_complex_property_free(TagLib_Complex_Property_Attribute ***list)
{
	for (Picture ***p = list; p != nullptr && *p != nullptr; p++) {
		delete (*p)[0];
		free(*p);
	}
	free(list);
}

void
taglib_picture_from_complex_property(
    TagLib_Complex_Property_Attribute ***list, TagLib_Complex_Property_Picture_Data *picture)
{
	Picture *p;

	memset(picture, 0, sizeof *picture);
	if (list == nullptr || *list == nullptr)
		return;
	p = (*list)[0];
	picture->mimeType = &p->mime[0];
	picture->description = &p->description[0];
	picture->pictureType = &p->type[0];
	picture->data = p->data.data();
	picture->size = p->data.size();
}

#endif
