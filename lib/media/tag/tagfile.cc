/* SPDX-License-Identifier: MIT */
#include "media/tag/tagfile.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <aifffile.h>
#include <apefile.h>
#include <apetag.h>
#include <asffile.h>
#include <flacfile.h>
#include <id3v1genres.h>
#include <id3v1tag.h>
#include <id3v2framefactory.h>
#include <id3v2tag.h>
#include <itfile.h>
#include <modfile.h>
#include <mp4file.h>
#include <mpcfile.h>
#include <mpegfile.h>
#include <oggflacfile.h>
#include <opusfile.h>
#include <s3mfile.h>
#include <speexfile.h>
#include <trueaudiofile.h>
#include <vorbisfile.h>
#include <wavfile.h>
#include <wavpackfile.h>
#include <xmfile.h>

#include "media/tag/frames.hh"
#include "media/tag/latin.h"
#include "media/tag/tagfile.hh"

using namespace TagLib;
using media::guard;

static bool out_of_memory;

bool
tagfile_out_of_memory(void)
{
	return out_of_memory;
}

void
tagfile_note_failure(bool memory)
{
	out_of_memory = out_of_memory || memory;
}

static String
latin(const ByteVector &data)
{
	std::unique_ptr<char, decltype(&free)> text(latin_text(data.data(), data.size()), free);

	if (text == nullptr)
		throw std::bad_alloc();
	return String(text.get(), String::UTF8);
}

class Latin2 : public ID3v2::Latin1StringHandler {
	String
	parse(const ByteVector &data) const override
	{
		return latin(data);
	}
};

class Latin1 : public ID3v1::StringHandler {
	String
	parse(const ByteVector &data) const override
	{
		return latin(data).stripWhiteSpace();
	}
};

static void
understand_latin()
{
	static const Latin2 version2;
	static const Latin1 version1;

	ID3v2::Tag::setLatin1StringHandler(&version2);
	ID3v1::Tag::setStringHandler(&version1);
}

/* The readers that know ID3v2 take its factory at different places in TagLib 1 and 2. */
template <typename T>
static File *
id3_reader(media::Stream *in, bool properties = true)
{
#if TAGLIB_MAJOR_VERSION < 2
	return new T(in, ID3v2::FrameFactory::instance(), properties, AudioProperties::Average);
#else
	return new T(in, properties, AudioProperties::Average);
#endif
}

/* The reader for a format; NULL where this TagLib has none.  Formats that TagLib 1 cannot open keep their
 * tags in an ID3v2 tag, which its MPEG reader finds when it is shown only that. */
static File *
reader(media::Stream *in, const struct sniffed *s)
{
	switch (s->type) {
	case SNIFF_MPEG:
		return id3_reader<MPEG::File>(in);
	case SNIFF_ADTS:
	case SNIFF_DSF:
	case SNIFF_DFF:
		return id3_reader<MPEG::File>(in, false);
	case SNIFF_FLAC:
		return id3_reader<FLAC::File>(in);
	case SNIFF_VORBIS:
		return new Ogg::Vorbis::File(in);
	case SNIFF_OPUS:
		return new Ogg::Opus::File(in);
	case SNIFF_SPEEX:
		return new Ogg::Speex::File(in);
	case SNIFF_OGGFLAC:
		return new Ogg::FLAC::File(in);
	case SNIFF_MP4:
		return new MP4::File(in);
	case SNIFF_WAV:
		return new RIFF::WAV::File(in);
	case SNIFF_AIFF:
		return new RIFF::AIFF::File(in);
	case SNIFF_ASF:
		return new ASF::File(in);
	case SNIFF_APE:
		return new APE::File(in);
	case SNIFF_WAVPACK:
		return new WavPack::File(in);
	case SNIFF_MUSEPACK:
		return new MPC::File(in);
	case SNIFF_TTA:
		return id3_reader<TrueAudio::File>(in);
	case SNIFF_IT:
		return new IT::File(in);
	case SNIFF_S3M:
		return new S3M::File(in);
	case SNIFF_XM:
		return new XM::File(in);
	case SNIFF_MOD:
		return new Mod::File(in);
	default:
		return nullptr;
	}
}

/* Formats whose readers want their first byte first, whatever tag was put in front. */
static bool
starts_behind_tags(const struct sniffed *s)
{
	switch (s->type) {
	case SNIFF_MPEG:
	case SNIFF_ADTS:
	case SNIFF_FLAC:
	case SNIFF_APE:
	case SNIFF_MUSEPACK:
	case SNIFF_TTA:
		return false;
	default:
		return true;
	}
}

static struct tagfile *
open_file(int fd, const struct sniffed *s, bool writes)
{
	auto t = std::make_unique<tagfile>();
	int64_t base = s->id3 != 0 ? s->id3 : starts_behind_tags(s) ? s->start : 0;

	if ((s->type == SNIFF_DSF || s->type == SNIFF_DFF) && s->id3 == 0)
		return nullptr;
	understand_latin();
	t->stream = std::make_unique<media::Stream>(
	    fd, static_cast<media::Offset>(base), static_cast<media::Offset>(s->size - base), writes);
	t->file = reader(t->stream.get(), s);
	if (t->file == nullptr)
		return nullptr;
#if TAGLIB_MAJOR_VERSION < 2
	t->owned.reset(t->file);
#else
	t->ref = std::make_unique<FileRef>(t->file);
#endif
	return t->file->isValid() ? t.release() : nullptr;
}

struct tagfile *
tagfile_open_as(int fd, const struct sniffed *s, bool writes)
{
	return guard([&] { return open_file(fd, s, writes); }, static_cast<struct tagfile *>(nullptr));
}

struct tagfile *
tagfile_open(int fd, const struct sniffed *s)
{
	return tagfile_open_as(fd, s, false);
}

void
tagfile_close(struct tagfile *t)
{
	delete t;
}

const TagLib_File *
tagfile_c(const struct tagfile *t)
{
#if TAGLIB_MAJOR_VERSION < 2
	return reinterpret_cast<const TagLib_File *>(t->file);
#else
	return reinterpret_cast<const TagLib_File *>(t->ref.get());
#endif
}

static int
bits_per_sample(const AudioProperties *p)
{
	if (auto q = dynamic_cast<const FLAC::Properties *>(p))
		return q->bitsPerSample();
	if (auto q = dynamic_cast<const RIFF::WAV::Properties *>(p))
		return q->bitsPerSample();
	if (auto q = dynamic_cast<const RIFF::AIFF::Properties *>(p))
		return q->bitsPerSample();
	if (auto q = dynamic_cast<const APE::Properties *>(p))
		return q->bitsPerSample();
	if (auto q = dynamic_cast<const WavPack::Properties *>(p))
		return q->bitsPerSample();
	if (auto q = dynamic_cast<const TrueAudio::Properties *>(p))
		return q->bitsPerSample();
	if (auto q = dynamic_cast<const MP4::Properties *>(p))
		return q->bitsPerSample();
	if (auto q = dynamic_cast<const ASF::Properties *>(p))
		return q->bitsPerSample();
	return 0;
}

bool
tagfile_properties(const struct tagfile *t, struct record *r)
{
	const AudioProperties *p = t->file->audioProperties();

	if (p == nullptr)
		return false;
	r->duration_ms = p->lengthInMilliseconds();
	r->bitrate = static_cast<int64_t>(p->bitrate()) * 1000;
	r->samplerate = p->sampleRate();
	r->channels = p->channels();
	r->bitdepth = bits_per_sample(p);
	if (auto q = dynamic_cast<const MP4::Properties *>(p)) {
		if (r->codec[0] == '\0' && q->codec() == MP4::Properties::ALAC)
			snprintf(r->codec, sizeof r->codec, "alac");
		else if (r->codec[0] == '\0' && q->codec() == MP4::Properties::AAC)
			snprintf(r->codec, sizeof r->codec, "aac");
	}
	return true;
}

typedef bool (*each_tag)(void *context, const char *key, const char *value);

static bool
call(each_tag each, void *context, const String &key, const String &value)
{
	return each(context, key.upper().toCString(true), value.toCString(true));
}

/* "----:com.apple.iTunes:initialkey", which TagLib 1's property map knows only for a few names. */
static void
mp4_extras(MP4::File *file, each_tag each, void *context)
{
#if TAGLIB_MAJOR_VERSION < 2
	PropertyMap known = file->properties();

	if (file->tag() == nullptr)
		return;
	for (const auto &item : file->tag()->itemMap()) {
		int colon = item.first.rfind(":");
		String key = item.first.substr(static_cast<unsigned int>(colon + 1));

		if (item.first == "rate")
			for (const auto &value : item.second.toStringList())
				if (!call(each, context, "RATING", value))
					return;
		/* MusicBrainz names are known to the map under other keys */
		if (!item.first.startsWith("----:") || colon < 5 || known.contains(key.upper()) ||
		    key.startsWith("MusicBrainz "))
			continue;
		for (const auto &value : item.second.toStringList())
			if (!call(each, context, key, value))
				return;
	}
#else
	(void)file;
	(void)each;
	(void)context;
#endif
}

static String
asf_text(const ASF::Attribute &a)
{
	switch (a.type()) {
	case ASF::Attribute::BoolType:
		return a.toBool() ? "1" : "0";
	case ASF::Attribute::WordType:
		return String::number(a.toUShort());
	case ASF::Attribute::DWordType:
		return String::number(static_cast<int>(a.toUInt()));
	case ASF::Attribute::UnicodeType:
		return a.toString();
	default:
		return String();
	}
}

/* What TagLib's property map has already, under keys of its own. */
static bool
asf_mapped(const String &name)
{
	static const char *const names[] = { "AlbumTitle", "AlbumArtist", "Composer", "Writer", "Conductor",
		"ModifiedBy", "Year", "OriginalReleaseYear", "Producer", "ContentGroupDescription",
		"SubTitle", "SetSubTitle", "TrackNumber", "PartOfSet", "Genre", "BeatsPerMinute", "Mood",
		"ISRC", "Lyrics", "Media", "Publisher", "CatalogNo", "Barcode", "EncodedBy", "AlbumSortOrder",
		"AlbumArtistSortOrder", "ArtistSortOrder", "TitleSortOrder", "Script", "Language", "ARTISTS",
		"Picture" };

	if (name.startsWith("MusicBrainz/") || name.startsWith("MusicIP/") || name.startsWith("Acoustid/"))
		return true;
	for (const auto mapped : names)
		if (name == String("WM/") + mapped)
			return true;
	return false;
}

static void
asf_extras(ASF::File *file, each_tag each, void *context)
{
	PropertyMap known = file->properties();

	if (file->tag() == nullptr)
		return;
	for (const auto &item : file->tag()->attributeListMap()) {
		String key = item.first.startsWith("WM/") ? item.first.substr(3) : item.first;

		if (asf_mapped(item.first) || known.contains(key.upper()))
			continue;
		for (const auto &a : item.second) {
			String value = asf_text(a);

			if (!value.isEmpty() && !call(each, context, key == "Author" ? "ARTIST" : key, value))
				return;
		}
	}
}

/* The ID3v2 tag of a file that may have one, or null. */
static const ID3v2::Tag *
id3_of(File *file)
{
	if (auto f = dynamic_cast<MPEG::File *>(file))
		return f->ID3v2Tag();
	if (auto f = dynamic_cast<FLAC::File *>(file))
		return f->ID3v2Tag();
	if (auto f = dynamic_cast<RIFF::WAV::File *>(file))
		return f->ID3v2Tag();
	if (auto f = dynamic_cast<RIFF::AIFF::File *>(file))
		return f->tag();
	if (auto f = dynamic_cast<TrueAudio::File *>(file))
		return f->ID3v2Tag();
	return nullptr;
}

static int
rate_of(File *file)
{
	return file->audioProperties() != nullptr ? file->audioProperties()->sampleRate() : 0;
}

/* Gains and peaks in the header: 256ths of a dB, of which 0 says nothing. */
static void
musepack_extras(MPC::File *file, each_tag each, void *context)
{
	const auto p = file->audioProperties();
	char text[64];
	auto gain = [&](const char *key, int value) {
		snprintf(text, sizeof text, "%.2f", 64.82 - value / 256.0);
		return value == 0 || each(context, key, text);
	};
	auto peak = [&](const char *key, int value) {
		snprintf(text, sizeof text, "%.6f", std::pow(10, value / 256.0 / 20) / 32768);
		return value == 0 || each(context, key, text);
	};

	if (p != nullptr && gain("MPC_TRACK_GAIN", p->trackGain()) &&
	    gain("MPC_ALBUM_GAIN", p->albumGain()) && peak("MPC_TRACK_PEAK", p->trackPeak()))
		peak("MPC_ALBUM_PEAK", p->albumPeak());
}

/* Tags that known does not have, which it gets. */
static bool
beside(const PropertyMap &more, PropertyMap &known, each_tag each, void *context)
{
	for (const auto &tag : more) {
		if (known.contains(tag.first))
			continue;
		known.insert(tag.first, tag.second);
		for (const auto &value : tag.second)
			if (!call(each, context, tag.first, value))
				return false;
	}
	return true;
}

/* TagLib shows one tag of an MPEG file alone, and there may be three: programs that measure the gain write
 * APE beside ID3v2, and an ID3v2 tag may hold nothing but a rating.  Version 1, cut after 30 bytes, counts
 * only where no other names the piece. */
static bool
mpeg_extras(MPEG::File *file, each_tag each, void *context)
{
	PropertyMap known = file->properties();

	if (file->hasAPETag() && !beside(file->APETag()->properties(), known, each, context))
		return false;
	return !file->hasID3v1Tag() || known.contains("TITLE") || known.contains("ARTIST") ||
	    beside(file->ID3v1Tag()->properties(), known, each, context);
}

/* TTA's APE tag, which foobar2000 writes and TagLib does not look for in that format. */
static bool
tta_extras(media::Stream *in, File *file, each_tag each, void *context)
{
	auto mpeg = std::unique_ptr<File>(id3_reader<MPEG::File>(in, false));
	auto ape = static_cast<MPEG::File *>(mpeg.get());
	PropertyMap known = file->properties();

	return !ape->hasAPETag() || beside(ape->APETag()->properties(), known, each, context);
}

void
tagfile_extras(const struct tagfile *t, each_tag each, void *context)
{
	guard(
	    [&] {
		    if (dynamic_cast<TrueAudio::File *>(t->file) != nullptr)
			    if (!tta_extras(t->stream.get(), t->file, each, context))
				    return false;
		    if (auto mpeg = dynamic_cast<MPEG::File *>(t->file))
			    if (!mpeg_extras(mpeg, each, context))
				    return false;
		    if (auto mp4 = dynamic_cast<MP4::File *>(t->file))
			    mp4_extras(mp4, each, context);
		    else if (auto asf = dynamic_cast<ASF::File *>(t->file))
			    asf_extras(asf, each, context);
		    else if (auto mpc = dynamic_cast<MPC::File *>(t->file))
			    musepack_extras(mpc, each, context);
		    else if (auto id3 = id3_of(t->file))
			    media::frames(*id3, rate_of(t->file), each, context);
		    return true;
	    },
	    false);
}

void
tagfile_genre(int number, char name[64])
{
	guard(
	    [&] {
		    String genre = ID3v1::genre(number);

		    snprintf(name, 64, "%s", genre.toCString(true));
		    return true;
	    },
	    false);
}
