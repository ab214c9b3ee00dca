/*
 * stream.hh - a read-only TagLib stream over a part of a descriptor
 *
 * It reads with pread, so the descriptor's own offset, which the parent
 * shares, stays where it is.
 */
#ifndef MEDIA_STREAM_HH
#define MEDIA_STREAM_HH

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
	Stream(int fd, Offset base, Offset length);

	TagLib::FileName name() const override;
	TagLib::ByteVector readBlock(Size length) override;
	void seek(Offset offset, Position from = Beginning) override;
	Offset tell() const override;
	Offset length() override;
	bool readOnly() const override;
	bool isOpen() const override;

	// nothing is ever written
	void writeBlock(const TagLib::ByteVector &) override;
	void insert(const TagLib::ByteVector &, Start = 0, Size = 0) override;
	void removeBlock(Start = 0, Size = 0) override;
	void truncate(Offset) override;

      private:
	int fd_;
	Offset base_, length_, at_ = 0;
	Offset window_at_ = 0; // what of the stream the window holds
	Size window_len_ = 0;
	char window_[8192];
};

} // namespace media

#endif
