#!/bin/bash
# SPDX-License-Identifier: MIT
# Prove what README promises to a newcomer: on a Debian with gcc and make and nothing else,
# `make demo` and `make check` work.
#
#     sudo tests/chroot.sh [MAKE-ARGUMENT...]
#
# Without arguments: `make demo`, then `make check`; with them: `make ARGUMENT...` alone.  Makes the
# bare system with debootstrap (kept in CHROOT_CACHE, default /var/cache/fonoteca-chroot) from the mirror
# of this system's own apt settings, copies in the tracked files, and works there as root.  Status 77
# and a reason where root, debootstrap or the network is missing.
set -eu
cd "$(dirname "$0")/.."
suite=${CHROOT_SUITE:-bookworm}
cache=${CHROOT_CACHE:-/var/cache/fonoteca-chroot}

skip() {
	echo "chroot: skipped: $*" >&2
	exit 77
}

[ "$(id -u)" -eq 0 ] || skip "this needs root"
command -v debootstrap >/dev/null || skip "debootstrap is not installed"

mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
	grep -vE '^[[:space:]]*#' | grep -oE '(https?|ftp)://[^ ]+' | grep -v security | head -n 1)
[ -n "$mirror" ] || skip "apt has no mirror"

if [ ! -e "$cache/$suite.tar" ]; then
	mkdir -p "$cache"
	echo "chroot: making a bare $suite ..."
	rm -rf "$cache/new"
	debootstrap --variant=minbase --include=gcc,libc6-dev,make "$suite" "$cache/new" "$mirror" >"$cache/log" 2>&1 ||
		skip "debootstrap failed, see $cache/log"
	rm -f "$cache"/new/var/cache/apt/archives/*.deb
	tar -cf "$cache/$suite.tar.new" -C "$cache/new" .
	mv "$cache/$suite.tar.new" "$cache/$suite.tar"
	rm -rf "$cache/new"
fi

root=$(mktemp -d "${TMPDIR:-/var/tmp}/fonoteca-chroot.XXXXXX")
mounted=()
clean_up() {
	local m
	for m in "${mounted[@]}"; do
		umount "$m" 2>/dev/null || umount -l "$m"
	done
	rm -rf --one-file-system "$root"
}
trap clean_up EXIT
tar -xf "$cache/$suite.tar" -C "$root"
# What apt needs to reach its mirror from here.
cp -r /etc/apt/sources.list.d /etc/apt/apt.conf.d /etc/apt/trusted.gpg.d /etc/apt/auth.conf.d "$root/etc/apt/" 2>/dev/null || true
[ ! -e /etc/apt/sources.list ] || cp /etc/apt/sources.list "$root/etc/apt/"
cp /etc/resolv.conf /etc/hosts "$root/etc/"
mkdir -p "$root/usr/share/keyrings"
cp -n /usr/share/keyrings/*.gpg "$root/usr/share/keyrings/" 2>/dev/null || true
for fs in proc dev; do
	mount --rbind /$fs "$root/$fs" 2>/dev/null || skip "cannot mount /$fs here"
	mount --make-rslave "$root/$fs"
	mounted=("$root/$fs" "${mounted[@]}")
done

mkdir "$root/home/fonoteca"
git ls-files -z | tar -cf - --null -T - | tar -xf - -C "$root/home/fonoteca" --no-same-owner

in_chroot() {
	echo "chroot: $*"
	env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
		${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
		chroot "$root" sh -c 'cd /home/fonoteca && exec "$@"' sh "$@" </dev/null
}
if [ $# -gt 0 ]; then
	in_chroot make "$@"
else
	in_chroot make demo
	in_chroot make check
fi
echo "chroot: done"
