/* SPDX-License-Identifier: MIT */
/*
 * stream.hh - a TagLib stream over a descriptor from some place on
 *
 * It reads with pread, so the descriptor's own offset, which the parent
 * shares, stays where it is.  Only one that was made for it writes, with pwrite;
 * TagLib's interface lets no write tell of its failure, so failed() does.
 */
#ifndef MEDIA_TAG_STREAM_HH
#define MEDIA_TAG_STREAM_HH

#include <taglib_config.h>

#include <tiostream.h>

namespace media {

#if TAGLIB_MAJOR_VERSION < 2
typedef long Offset;
typedef unsigned long Start; // TagLib 1 counts insertions from an unsigned place
typedef unsigned long Size;
#else
typedef TagLib::offset_t Offset;
typedef TagLib::offset_t Start;
typedef size_t Size;
#endif

class Stream : public TagLib::IOStream {
      public:
	Stream(int fd, Offset base, Offset length, bool writes = false);

	TagLib::FileName name() const override;
	TagLib::ByteVector readBlock(Size length) override;
	void seek(Offset offset, Position from = Beginning) override;
	Offset tell() const override;
	Offset length() override;
	bool readOnly() const override;
	bool isOpen() const override;

	void writeBlock(const TagLib::ByteVector &data) override;
	void insert(const TagLib::ByteVector &data, Start start = 0, Size replace = 0) override;
	void removeBlock(Start start = 0, Size length = 0) override;
	void truncate(Offset length) override;

	bool failed() const;

      private:
	bool may_write(Offset end);
	void write(const char *bytes, Size length, Offset at);
	void move(Offset from, Offset to, Offset length);

	int fd_;
	bool writes_, failed_ = false;
	Offset base_, length_, at_ = 0;
	Offset window_at_ = 0; // what of the stream the window holds
	Size window_len_ = 0;
	char window_[8192];
};

} // namespace media

#endif
