/* Ends a process, tears a write or fills the disk at the n-th call that changes a file.
 *
 * Loaded by LD_PRELOAD; torture_arm(n, how) counts from there on. Only regular files count.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OFF, KILL, TEAR, FILL };
static long calls, last;
static int how;

void torture_arm(long n, int what) { calls = 0; last = n; how = what; }
long torture_calls(void) { return calls; }

static void die(void) { kill(getpid(), SIGKILL); for (;;) pause(); }

/* Whether the call fails for want of room; it may not come back at all. */
static int full(void) {
    if (how == OFF) return 0;
    calls++;
    if (how == KILL && calls == last) die();
    if (how == FILL && calls >= last) { errno = ENOSPC; return 1; }
    return 0;
}

static int regular(int fd) {
    struct stat about;
    int kept = errno, is = fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
    errno = kept;
    return is;
}

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

#define TORN(write_half) \
    if (how == TEAR && calls == last) { (void)!(write_half); die(); }

ssize_t write(int fd, const void *data, size_t size) {
    REAL(write);
    if (regular(fd)) { if (full()) return -1; TORN(real(fd, data, size / 2)); }
    return real(fd, data, size);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
    REAL(pwrite);
    if (regular(fd)) { if (full()) return -1; TORN(real(fd, data, size / 2, at)); }
    return real(fd, data, size, at);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    REAL(pwrite64);
    if (regular(fd)) { if (full()) return -1; TORN(real(fd, data, size / 2, at)); }
    return real(fd, data, size, at);
}
ssize_t writev(int fd, const struct iovec *parts, int count) {
    REAL(writev);
    if (regular(fd) && full()) return -1;
    return real(fd, parts, count);
}
ssize_t sendfile(int out, int in, off_t *at, size_t size) {
    REAL(sendfile);
    if (regular(out)) { if (full()) return -1; TORN(real(out, in, at, size / 2)); }
    return real(out, in, at, size);
}
ssize_t sendfile64(int out, int in, off64_t *at, size_t size) {
    REAL(sendfile64);
    if (regular(out)) { if (full()) return -1; TORN(real(out, in, at, size / 2)); }
    return real(out, in, at, size);
}

#define CHANGES(name, taken, given) \
    int name taken { REAL(name); if (full()) return -1; return real given; }

CHANGES(ftruncate, (int fd, off_t size), (fd, size))
CHANGES(ftruncate64, (int fd, off64_t size), (fd, size))
CHANGES(rename, (const char *a, const char *b), (a, b))
CHANGES(renameat, (int i, const char *a, int j, const char *b), (i, a, j, b))
CHANGES(mkdir, (const char *a, mode_t mode), (a, mode))
CHANGES(mkdirat, (int i, const char *a, mode_t mode), (i, a, mode))

/* What takes no room ends by a kill only. */
#define FREES(name, taken, given) \
    int name taken { REAL(name); if (how == KILL) full(); return real given; }

FREES(unlink, (const char *a), (a))
FREES(unlinkat, (int i, const char *a, int flags), (i, a, flags))
FREES(rmdir, (const char *a), (a))
FREES(fsync, (int fd), (fd))
FREES(fdatasync, (int fd), (fd))

#define OPENS(name, taken, given) \
    int name taken { \
        REAL(name); \
        mode_t mode = 0; \
        if (flags & O_CREAT) { \
            va_list more; \
            va_start(more, flags); \
            mode = va_arg(more, mode_t); \
            va_end(more); \
            if (full()) return -1; \
        } \
        return real given; \
    }

OPENS(open, (const char *a, int flags, ...), (a, flags, mode))
OPENS(open64, (const char *a, int flags, ...), (a, flags, mode))
OPENS(openat, (int i, const char *a, int flags, ...), (i, a, flags, mode))
OPENS(openat64, (int i, const char *a, int flags, ...), (i, a, flags, mode))
