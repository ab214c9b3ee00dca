# SPDX-License-Identifier: MIT
# Three users of one machine: anna and ben are in the group 'users', eve is not.  $place is their folder of files.

# as UID COMMAND... : in its home, with the umask that hides all from others.
as() {
	local uid=$1 groups=--clear-groups
	shift
	[ "$uid" -eq 1003 ] || groups=--groups=$(getent group users | cut -d: -f3)
	(umask 077 && cd / && exec env HOME="$place/$uid" PATH="$place/bin:$PATH" \
		setpriv --reuid="$uid" --regid="$uid" "$groups" "$@")
}
anna() { as 1001 "$@"; }
ben() { as 1002 "$@"; }
eve() { as 1003 "$@"; }
