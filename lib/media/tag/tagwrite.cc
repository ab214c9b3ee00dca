/* SPDX-License-Identifier: MIT */
#include "media/tag/tagwrite.h"

#include <apetag.h>
#include <asffile.h>
#include <asftag.h>
#include <mp4file.h>
#include <mp4tag.h>
#include <mpegfile.h>

#include "media/tag/tagfile.hh"

using namespace TagLib;
using media::guard;

/* A free-form atom as others name it, whatever its case. */
static void
mp4_set(MP4::Tag *tag, const String &key, const StringList &values)
{
	const String prefix = "----:com.apple.iTunes:";
	StringList old;

	for (const auto &item : tag->itemMap())
		if (item.first.startsWith("----:") &&
		    item.first.substr(static_cast<unsigned int>(item.first.rfind(":") + 1)).upper() == key)
			old.append(item.first);
	for (const auto &name : old)
		tag->removeItem(name);
	if (!values.isEmpty())
		tag->setItem(old.isEmpty() ? prefix + key : old.front(), MP4::Item(values));
}

static void
asf_set(ASF::Tag *tag, const String &key, const StringList &values)
{
	StringList old;

	for (const auto &item : tag->attributeListMap())
		if (item.first.upper() == key || item.first.upper() == "WM/" + key)
			old.append(item.first);
	for (const auto &name : old)
		tag->removeItem(name);
	for (const auto &value : values)
		tag->addAttribute(old.isEmpty() ? key : old.front(), ASF::Attribute(value));
}

/* Only what the property map does not take comes here. */
static void
set_beside(File *file, const String &key, const StringList &values)
{
	if (auto mp4 = dynamic_cast<MP4::File *>(file)) {
		if (mp4->tag() != nullptr)
			mp4_set(mp4->tag(), key, values);
	} else if (auto asf = dynamic_cast<ASF::File *>(file)) {
		if (asf->tag() != nullptr)
			asf_set(asf->tag(), key, values);
	}
}

/* What ID3v2 says from now on another tag of an MPEG file must not say otherwise. */
static void
ape_drop(APE::Tag *tag, const String &key)
{
	PropertyMap map = tag->properties();

	if (map.contains(key)) {
		map.erase(key);
		tag->setProperties(map);
	}
}

static bool
set(struct tagfile *t, const String &key, const StringList &values, bool family)
{
	PropertyMap map = t->file->properties(), rejected;
	StringList kin;

	for (const auto &property : map)
		if (family && property.first.startsWith(key + ":"))
			kin.append(property.first);
	for (const auto &name : kin)
		map.erase(name);
	bool known = map.contains(key);
	map.erase(key);
	if (!values.isEmpty())
		map.insert(key, values);
	rejected = t->file->setProperties(map);
	if (auto mpeg = dynamic_cast<MPEG::File *>(t->file))
		if (mpeg->hasAPETag())
			ape_drop(mpeg->APETag(), key);
	/* further authors stand beside the one of the property map */
	if (auto asf = dynamic_cast<ASF::File *>(t->file))
		if (key == "ARTIST" && asf->tag() != nullptr)
			asf->tag()->removeItem("Author");
	if (rejected.contains(key) || (values.isEmpty() && !known))
		set_beside(t->file, key, values);
	return true;
}

/* TagLib 1's reader of MPEG shows tags of other formats, but cannot write them there. */
static bool
can_write(const struct sniffed *s)
{
	switch (s->type) {
	case SNIFF_MPEG:
	case SNIFF_ADTS:
	case SNIFF_FLAC:
	case SNIFF_VORBIS:
	case SNIFF_OPUS:
	case SNIFF_SPEEX:
	case SNIFF_OGGFLAC:
	case SNIFF_MP4:
	case SNIFF_WAV:
	case SNIFF_AIFF:
	case SNIFF_ASF:
	case SNIFF_APE:
	case SNIFF_WAVPACK:
	case SNIFF_MUSEPACK:
	case SNIFF_TTA:
		return true;
	default:
		return false;
	}
}

struct tagfile *
tagfile_open_to_write(int fd, const struct sniffed *s)
{
	struct tagfile *t = can_write(s) ? tagfile_open_as(fd, s, true) : nullptr;

	if (t != nullptr && !guard([&] { return t->before = t->file->properties(), true; }, false)) {
		tagfile_close(t);
		return nullptr;
	}
	return t;
}

bool
tagfile_set(struct tagfile *t, const char *key, const char *const *values, size_t n, bool family)
{
	return guard(
	    [&] {
		    StringList list;

		    for (size_t i = 0; i < n; i++)
			    list.append(String(values[i], String::UTF8));
		    return set(t, String(key, String::UTF8), list, family);
	    },
	    false);
}

bool
tagfile_reset(struct tagfile *t, const char *key)
{
	return guard(
	    [&] {
		    String name(key, String::UTF8);

		    return set(t, name, t->before.contains(name) ? t->before[name] : StringList(), false);
	    },
	    false);
}

/* Of an MPEG file the tags that it has, and ID3v2, whose values of several lines only version 2.4 tells
 * apart. */
static bool
save(File *file)
{
	auto mpeg = dynamic_cast<MPEG::File *>(file);

	if (mpeg == nullptr)
		return file->save();
	int tags = MPEG::File::ID3v2;
	if (mpeg->hasID3v1Tag())
		tags |= MPEG::File::ID3v1;
	if (mpeg->hasAPETag())
		tags |= MPEG::File::APE;
	return mpeg->save(tags, File::StripNone, ID3v2::v4, File::DoNotDuplicate);
}

bool
tagfile_save(struct tagfile *t)
{
	return guard([&] { return save(t->file) && !t->stream->failed(); }, false);
}
