#include "media/stream.hh"

#include <cerrno>
#include <unistd.h>

namespace media {

// As many bytes as there are.
static Size
fill(int fd, char *to, Size length, Offset at)
{
	Size got = 0;

	while (got < length) {
		ssize_t n =
		    pread(fd, to + got, length - got, static_cast<off_t>(at) + static_cast<off_t>(got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		got += static_cast<Size>(n);
	}
	return got;
}

Stream::Stream(int fd, Offset base, Offset length) : fd_(fd), base_(base), length_(length)
{
}

TagLib::FileName
Stream::name() const
{
	return "";
}

TagLib::ByteVector
Stream::readBlock(Size length)
{
	if (at_ < 0 || at_ >= length_ || length == 0)
		return TagLib::ByteVector();
	if (length > static_cast<Size>(length_ - at_))
		length = static_cast<Size>(length_ - at_);
	if (length > sizeof window_) {
		TagLib::ByteVector block(static_cast<unsigned int>(length), '\0');
		Size got = fill(fd_, block.data(), length, base_ + at_);

		block.resize(static_cast<unsigned int>(got));
		at_ += static_cast<Offset>(got);
		return block;
	}
	if (at_ < window_at_ ||
	    at_ + static_cast<Offset>(length) > window_at_ + static_cast<Offset>(window_len_)) {
		Size want = sizeof window_;

		if (want > static_cast<Size>(length_ - at_))
			want = static_cast<Size>(length_ - at_);
		window_at_ = at_;
		window_len_ = fill(fd_, window_, want, base_ + at_);
		if (length > window_len_)
			length = window_len_;
	}
	TagLib::ByteVector block(window_ + (at_ - window_at_), static_cast<unsigned int>(length));
	at_ += static_cast<Offset>(length);
	return block;
}

void
Stream::seek(Offset offset, Position from)
{
	at_ = offset + (from == Current ? at_ : from == End ? length_ : 0);
	if (at_ < 0)
		at_ = 0;
}

Offset
Stream::tell() const
{
	return at_;
}

Offset
Stream::length()
{
	return length_;
}

bool
Stream::readOnly() const
{
	return true;
}

bool
Stream::isOpen() const
{
	return true;
}

void
Stream::writeBlock(const TagLib::ByteVector &)
{
}

void
Stream::insert(const TagLib::ByteVector &, Start, Size)
{
}

void
Stream::removeBlock(Start, Size)
{
}

void
Stream::truncate(Offset)
{
}

} // namespace media
