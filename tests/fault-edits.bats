# lib-commit that amends, removes, restores or undoes, killed or failing at a system call.
# tests/fault/sweep.py says how; FAULT_LIMIT=100000 visits every call of every kind.
# not under SAN

load helper
load fault/helper

@test "killed while it amends" {
	limit=70
	sweep amend
	all_held 30
}

@test "killed while it removes" {
	limit=50
	sweep remove
	all_held 30
}

@test "killed while it restores" {
	limit=70
	sweep restore
	all_held 30
}

@test "killed while it undoes" {
	limit=80
	sweep undo
	all_held 30
}

@test "on a disk that is full from some call on" {
	limit=30
	for edit in amend restore undo; do
		sweep "$edit" --fault ENOSPC --sticky
		all_held 10
	done
}
