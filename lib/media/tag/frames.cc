/* SPDX-License-Identifier: MIT */
#include "media/tag/frames.hh"

#include <cmath>
#include <cstdio>
#include <string>

#include <popularimeterframe.h>
#include <relativevolumeframe.h>
#include <synchronizedlyricsframe.h>
#include <textidentificationframe.h>
#include <unknownframe.h>

#include "media/format/bytes.h"
#include "media/tag/gain.h"

using namespace TagLib;

namespace media {

static bool
popularity(const ID3v2::PopularimeterFrame &f, Each each, void *context)
{
	std::string text = std::to_string(f.rating()) + " " + f.email().to8Bit(true);

	return f.rating() <= 0 || each(context, "POPM", text.c_str());
}

/* What is not named for an album is for the track. */
static bool
volume(const ID3v2::RelativeVolumeFrame &f, Each each, void *context)
{
	bool album = f.identification().upper().find("ALBUM") >= 0;
	auto peak = f.peakVolume();
	double linear = 0;
	char text[64];

	if (!f.channels().contains(ID3v2::RelativeVolumeFrame::MasterVolume))
		return true;
	snprintf(text, sizeof text, "%.2f", static_cast<double>(f.volumeAdjustment()));
	if (!each(context, album ? "RVA2_ALBUM_GAIN" : "RVA2_TRACK_GAIN", text))
		return false;
	if (peak.bitsRepresentingPeak == 0)
		return true;
	for (char byte : peak.peakVolume)
		linear = linear * 256 + static_cast<unsigned char>(byte);
	snprintf(text, sizeof text, "%.6f", std::ldexp(linear, 1 - peak.bitsRepresentingPeak));
	return each(context, album ? "RVA2_ALBUM_PEAK" : "RVA2_TRACK_PEAK", text);
}

/* A peak, then one gain each for the track and the album. */
static bool
adjustment(const ByteVector &data, Each each, void *context)
{
	auto bytes = reinterpret_cast<const unsigned char *>(data.data());
	char text[GAIN_TEXT];

	for (unsigned int at = 4; at + 2 <= data.size() && at < 8; at += 2) {
		switch (gain_word(be16(bytes + at), text)) {
		case GAIN_TRACK:
			if (!each(context, "RGAD_TRACK_GAIN", text))
				return false;
			break;
		case GAIN_ALBUM:
			if (!each(context, "RGAD_ALBUM_GAIN", text))
				return false;
			break;
		case GAIN_NONE:
			break;
		}
	}
	return true;
}

static std::string
stamp(unsigned long ms)
{
	char text[32];

	snprintf(text, sizeof text, "[%02lu:%02lu.%02lu]", ms / 60000, ms / 1000 % 60, ms / 10 % 100);
	return text;
}

/* A line feed before a text begins a line; where there is none at all every text is a line. */
static bool
lyrics(const ID3v2::SynchronizedLyricsFrame &f, int rate, Each each, void *context)
{
	bool frames = f.timestampFormat() == ID3v2::SynchronizedLyricsFrame::AbsoluteMpegFrames,
	     lines = false;
	double unit = !frames ? 1 : rate > 0 ? (rate >= 32000 ? 1152 : 576) * 1000.0 / rate : 0;
	std::string timed, plain;

	if ((f.type() != ID3v2::SynchronizedLyricsFrame::Lyrics &&
		f.type() != ID3v2::SynchronizedLyricsFrame::TextTranscription) ||
	    unit == 0)
		return true;
	for (const auto &part : f.synchedText())
		lines = lines || part.text.find("\n") >= 0;
	for (const auto &part : f.synchedText()) {
		std::string text = part.text.to8Bit(true);
		bool begins =
		    !lines || timed.empty() || timed.back() == '\n' || (!text.empty() && text[0] == '\n');

		if (!text.empty() && text[0] == '\n')
			text.erase(0, 1);
		if (begins) {
			if (!timed.empty() && timed.back() != '\n') {
				timed += '\n';
				plain += '\n';
			}
			timed += stamp(static_cast<unsigned long>(part.time * unit));
		}
		timed += text;
		plain += text;
	}
	return plain.empty() ||
	    (each(context, "SYNCEDLYRICS", timed.c_str()) && each(context, "SYLT", plain.c_str()));
}

/* Roles and names by turns.  TagLib gives up the whole frame where one role is not spelt as it would spell
 * it, and version 2.3 has the players of instruments here, too. */
static bool
involved(const StringList &people, Each each, void *context)
{
	static const char *const known[][2] = { { "ARRANGER", "ARRANGER" }, { "ENGINEER", "ENGINEER" },
		{ "PRODUCER", "PRODUCER" }, { "DJ-MIX", "DJMIXER" }, { "MIX", "MIXER" } };

	for (unsigned int i = 0; i + 1 < people.size(); i += 2) {
		String role = people[i].upper().stripWhiteSpace(), key = "PERFORMER:" + role;

		for (const auto &name : known)
			if (role == name[0])
				key = name[1];
		if (!each(context, role.isEmpty() ? "PERFORMER" : key.toCString(true),
			people[i + 1].toCString(true)))
			return false;
	}
	return true;
}

static bool
text(const ID3v2::TextIdentificationFrame &f, Each each, void *context)
{
	if (f.frameID() == "TIPL")
		return involved(f.fieldList(), each, context);
	if (f.frameID() == "TSST") /* the name of a disc, which TagLib 1 does not know */
		for (const auto &value : f.fieldList())
			if (!each(context, "DISCSUBTITLE", value.toCString(true)))
				return false;
	return true;
}

void
frames(const ID3v2::Tag &tag, int rate, Each each, void *context)
{
	for (const auto f : tag.frameList()) {
		bool more = true;

		if (auto p = dynamic_cast<const ID3v2::PopularimeterFrame *>(f))
			more = popularity(*p, each, context);
		else if (auto v = dynamic_cast<const ID3v2::RelativeVolumeFrame *>(f))
			more = volume(*v, each, context);
		else if (auto l = dynamic_cast<const ID3v2::SynchronizedLyricsFrame *>(f))
			more = lyrics(*l, rate, each, context);
		else if (auto t = dynamic_cast<const ID3v2::TextIdentificationFrame *>(f))
			more = text(*t, each, context);
		else if (auto u = dynamic_cast<const ID3v2::UnknownFrame *>(f))
			more = u->frameID() != "RGAD" || adjustment(u->data(), each, context);
		if (!more)
			return;
	}
}

} // namespace media
