/* SPDX-License-Identifier: MIT */
#include "media/tag/picture.h"

#include <cstring>

#include <aifffile.h>
#include <attachedpictureframe.h>
#include <flacfile.h>
#include <id3v2tag.h>
#include <mp4file.h>
#include <mp4tag.h>
#include <mpegfile.h>
#include <wavfile.h>
#include <xiphcomment.h>

#include "media/tag/tagfile.hh"

using namespace TagLib;
using media::guard;

/* ID3v2 and FLAC count kinds alike. */
static int
type_of(const struct record_cover *c)
{
	return strcmp(c->kind, "front") == 0 ? 3 : strcmp(c->kind, "back") == 0 ? 4 : 0;
}

static ByteVector
bytes_of(const struct record_cover *c)
{
	return ByteVector(reinterpret_cast<const char *>(c->data), static_cast<unsigned int>(c->len));
}

static void
add_to_id3(ID3v2::Tag *tag, const struct record_cover *c)
{
	auto frame = std::make_unique<ID3v2::AttachedPictureFrame>();

	frame->setMimeType(String(c->mime, String::UTF8));
	frame->setType(static_cast<ID3v2::AttachedPictureFrame::Type>(type_of(c)));
	frame->setPicture(bytes_of(c));
	tag->addFrame(frame.release());
}

/* Width, height and depth may be left out. */
static std::unique_ptr<FLAC::Picture>
as_flac(const struct record_cover *c)
{
	auto picture = std::make_unique<FLAC::Picture>();

	picture->setMimeType(String(c->mime, String::UTF8));
	picture->setType(static_cast<FLAC::Picture::Type>(type_of(c)));
	picture->setData(bytes_of(c));
	return picture;
}

static bool
add_to_mp4(MP4::Tag *tag, const struct record_cover *c)
{
	MP4::CoverArtList list;
	bool png = strcmp(c->mime, "image/png") == 0;

	if (tag == nullptr || (!png && strcmp(c->mime, "image/jpeg") != 0))
		return false;
	list.append(MP4::CoverArt(png ? MP4::CoverArt::PNG : MP4::CoverArt::JPEG, bytes_of(c)));
	tag->setItem("covr", MP4::Item(list));
	return true;
}

static bool
add(File *file, const struct record_cover *c)
{
	if (auto mpeg = dynamic_cast<MPEG::File *>(file))
		add_to_id3(mpeg->ID3v2Tag(true), c);
	else if (auto wav = dynamic_cast<RIFF::WAV::File *>(file))
		add_to_id3(wav->ID3v2Tag(), c);
	else if (auto aiff = dynamic_cast<RIFF::AIFF::File *>(file))
		add_to_id3(aiff->tag(), c);
	else if (auto flac = dynamic_cast<FLAC::File *>(file))
		flac->addPicture(as_flac(c).release());
	else if (auto mp4 = dynamic_cast<MP4::File *>(file))
		return add_to_mp4(mp4->tag(), c);
	else if (auto xiph = dynamic_cast<Ogg::XiphComment *>(file->tag()))
		xiph->addPicture(as_flac(c).release());
	else
		return false;
	return true;
}

bool
picture_add(struct tagfile *t, const struct record_cover *c, bool *held)
{
	return guard([&] { return *held = add(t->file, c), true; }, false);
}
