/* SPDX-License-Identifier: MIT */
#include "media/tag/stream.hh"

#include <cerrno>
#include <unistd.h>
#include <vector>

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

Stream::Stream(int fd, Offset base, Offset length, bool writes)
    : fd_(fd), writes_(writes), base_(base), length_(length)
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
	return !writes_;
}

bool
Stream::isOpen() const
{
	return true;
}

bool
Stream::failed() const
{
	return failed_;
}

// After a failure nothing more is written: the file is of no use any more.
bool
Stream::may_write(Offset end)
{
	if (!writes_ || end < 0)
		failed_ = true;
	return !failed_;
}

void
Stream::write(const char *bytes, Size length, Offset at)
{
	Size put = 0;

	while (put < length && !failed_) {
		ssize_t n = pwrite(
		    fd_, bytes + put, length - put, static_cast<off_t>(base_ + at) + static_cast<off_t>(put));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			failed_ = true;
		else
			put += static_cast<Size>(n);
	}
	window_len_ = 0;
	if (at + static_cast<Offset>(put) > length_)
		length_ = at + static_cast<Offset>(put);
}

// Bytes that may overlap: from the end on where they go up.
void
Stream::move(Offset from, Offset to, Offset length)
{
	std::vector<char> block(1 << 18);

	for (Offset done = 0; done < length && !failed_;) {
		Offset n = length - done < static_cast<Offset>(block.size())
		    ? length - done
		    : static_cast<Offset>(block.size());
		Offset skip = to > from ? length - done - n : done;

		if (fill(fd_, block.data(), static_cast<Size>(n), base_ + from + skip) !=
		    static_cast<Size>(n))
			failed_ = true;
		else
			write(block.data(), static_cast<Size>(n), to + skip);
		done += n;
	}
}

void
Stream::writeBlock(const TagLib::ByteVector &data)
{
	if (!may_write(at_))
		return;
	write(data.data(), data.size(), at_);
	at_ += static_cast<Offset>(data.size());
}

void
Stream::insert(const TagLib::ByteVector &data, Start start, Size replace)
{
	Offset at = static_cast<Offset>(start), size = static_cast<Offset>(data.size());
	Offset gone = static_cast<Offset>(replace);

	if (!may_write(at))
		return;
	if (at > length_)
		at = length_;
	if (gone > length_ - at)
		gone = length_ - at;
	if (size != gone) {
		Offset rest = length_ - at - gone;

		move(at + gone, at + size, rest);
		if (size < gone)
			truncate(at + size + rest);
	}
	write(data.data(), data.size(), at);
	at_ = at + size; // as TagLib's own stream leaves it
}

void
Stream::removeBlock(Start start, Size length)
{
	insert(TagLib::ByteVector(), start, length);
}

void
Stream::truncate(Offset length)
{
	int rc;

	if (!may_write(length))
		return;
	do
		rc = ftruncate(fd_, static_cast<off_t>(base_ + length));
	while (rc < 0 && errno == EINTR);
	if (rc < 0)
		failed_ = true;
	else
		length_ = length;
	window_len_ = 0;
}

} // namespace media
