/* SPDX-License-Identifier: MIT */
#include "media/sandbox.h"

#include <errno.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static int landlock_abi, seccomp_on;
static long memory_limit;

/* A limit that the environment set lower already is kept. */
static bool
limit(int what, rlim_t value)
{
	struct rlimit l;

	if (getrlimit((__rlimit_resource_t)what, &l) != 0)
		return false;
	if (l.rlim_max != RLIM_INFINITY && value > l.rlim_max)
		value = l.rlim_max;
	l.rlim_cur = l.rlim_max = value;
	return setrlimit((__rlimit_resource_t)what, &l) == 0;
}

static void
limits(long memory_bytes, long file_bytes)
{
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, (rlim_t)file_bytes);
	limit(RLIMIT_NOFILE, 16);
#ifdef FONOTECA_SAN
	(void)memory_bytes; /* a sanitizer's shadow memory is terabytes of address space */
#else
	if (limit(RLIMIT_AS, (rlim_t)memory_bytes))
		memory_limit = memory_bytes;
#endif
}

/* A rule set without a rule: every access by path that this kernel can deny is denied. */
static int
landlock(void)
{
	struct landlock_ruleset_attr attr = { 0 };
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	long ruleset;
	int ok;

	if (abi < 1)
		return 0;
	attr.handled_access_fs = (1ULL << 13) - 1; /* all of version 1 */
	if (abi >= 2)
		attr.handled_access_fs |= 1ULL << 13; /* REFER */
	if (abi >= 3)
		attr.handled_access_fs |= 1ULL << 14; /* TRUNCATE */
	if (abi >= 5)
		attr.handled_access_fs |= 1ULL << 15; /* IOCTL_DEV */
	ruleset = syscall(SYS_landlock_create_ruleset, &attr, sizeof attr.handled_access_fs, 0);
	if (ruleset < 0)
		return 0;
	ok = syscall(SYS_landlock_restrict_self, (int)ruleset, 0) == 0;
	close((int)ruleset);
	return ok ? (int)abi : 0;
}

#ifndef FONOTECA_SAN
static int
filter(bool writes)
{
	static const int allowed[] = { SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(lseek), SCMP_SYS(fstat),
		SCMP_SYS(recvmsg), SCMP_SYS(sendmsg), SCMP_SYS(sendto), SCMP_SYS(write), SCMP_SYS(close),
		SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(futex),
		SCMP_SYS(getrandom), SCMP_SYS(clock_gettime), SCMP_SYS(setitimer), SCMP_SYS(rt_sigreturn),
		SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigaction), SCMP_SYS(getpid), SCMP_SYS(gettid),
		SCMP_SYS(tgkill), SCMP_SYS(restart_syscall), SCMP_SYS(exit), SCMP_SYS(exit_group),
		SCMP_SYS(sysinfo) /* qsort() asks how much memory there is */ };
	static const int refused[] = { SCMP_SYS(openat), SCMP_SYS(open), SCMP_SYS(access),
		SCMP_SYS(faccessat), SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(ioctl),
		SCMP_SYS(fcntl), SCMP_SYS(sched_getaffinity) };
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int rc = ctx == NULL ? -1 : 0;

	for (size_t i = 0; rc == 0 && i < sizeof allowed / sizeof allowed[0]; i++)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0);
	/* what a C library may try and can do without */
	for (size_t i = 0; rc == 0 && i < sizeof refused / sizeof refused[0]; i++)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EACCES), refused[i], 0);
	if (rc == 0 && writes)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(pwrite64), 0);
	if (rc == 0 && writes)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(ftruncate), 0);
	/* newer C libraries implement fstat by it; with an empty path it looks at the descriptor only */
	if (rc == 0)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 0);
	/* memory that could be executed is asked for by no parser */
	if (rc == 0)
		rc = seccomp_rule_add(
		    ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (rc == 0)
		rc = seccomp_rule_add(
		    ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (rc == 0)
		rc = seccomp_load(ctx);
	seccomp_release(ctx);
	return rc == 0;
}
#endif

void
sandbox_enter(long memory_bytes, long file_bytes)
{
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	landlock_abi = landlock();
	limits(memory_bytes, file_bytes);
#ifndef FONOTECA_SAN
	seccomp_on = filter(file_bytes > 0);
#endif
}

void
sandbox_status(char *text, size_t size)
{
	snprintf(text, size, "landlock=%d seccomp=%d rlimit_as=%ld", landlock_abi, seccomp_on, memory_limit);
}
