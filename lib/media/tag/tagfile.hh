/* SPDX-License-Identifier: MIT */
/*
 * tagfile.hh - what stands behind a struct tagfile, for tagfile.cc and tagwrite.cc alone
 */
#ifndef MEDIA_TAG_TAGFILE_HH
#define MEDIA_TAG_TAGFILE_HH

#include <memory>
#include <new>
#include <stdexcept>

#include <fileref.h>
#include <tpropertymap.h>

#include "media/tag/stream.hh"
#include "media/tag/tagfile.h"

struct tagfile {
	std::unique_ptr<media::Stream> stream; // outlives the file
	std::unique_ptr<TagLib::File> owned;   // TagLib 1, where the C handle is the File itself
	std::unique_ptr<TagLib::FileRef> ref;  // TagLib 2, where it is a FileRef
	TagLib::File *file = nullptr;
	TagLib::PropertyMap before; // of one that is to be written: as it was opened
};

namespace media {

/* Run f; an exception becomes the value of failure. */
template <typename F, typename T>
T
guard(F f, T failure)
{
	try {
		return f();
	} catch (const std::bad_alloc &) {
		tagfile_note_failure(true);
	} catch (const std::length_error &) {
		tagfile_note_failure(true);
	} catch (...) {
		tagfile_note_failure(false);
	}
	return failure;
}

} // namespace media

#endif
