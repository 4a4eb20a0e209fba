/* Between SQLite and the kernel, by LD_PRELOAD: a disk that can lose its power, fill up or break.
 *
 * FAULTS_FILE     files whose path begins so are watched, but not `-shm`, which is memory
 * FAULTS_JOURNAL  every write to them is noted there first, with the bytes before and after; every sync, too. After a kill
 *                 power.py makes of it what a disk would hold that had lost what was not synced
 * FAULTS_FORGET   syncs are not passed on nor noted: the control, a disk that lies
 * FAULTS_CONTROL  six numbers the harness may change while we run: what fails, after how many calls, how often, how,
 *                 and what we count: calls seen, failures made
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WRITE = 1, SYNC = 2, KILL = -9, DESCRIPTORS = 65536 };

struct note { /* as struct.unpack("=cxxxIqqq") reads it */
    char kind; /* w: write, s: sync, t: truncate */
    char path_end[3];
    uint32_t file;
    int64_t offset, length, size; /* size: of the file before */
};

static char *watched[DESCRIPTORS];
static int journal = -1;
static volatile int32_t *control; /* what, after, times, error, seen, failed */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_fsync)(int), (*real_fdatasync)(int), (*real_close)(int), (*real_ftruncate)(int, off_t);
static int (*real_open)(const char *, int, ...), (*real_openat)(int, const char *, int, ...);

__attribute__((constructor)) static void begin(void) {
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_close = dlsym(RTLD_NEXT, "close");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    real_open = dlsym(RTLD_NEXT, "open64");
    real_openat = dlsym(RTLD_NEXT, "openat64");
    const char *name = getenv("FAULTS_JOURNAL");
    if (name) journal = real_open(name, O_WRONLY | O_APPEND | O_CREAT, 0644);
    if ((name = getenv("FAULTS_CONTROL"))) {
        int file = real_open(name, O_RDWR);
        void *memory = mmap(NULL, 24, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (memory != MAP_FAILED) control = memory;
        real_close(file);
    }
}

static int ends(const char *path, const char *end) {
    size_t length = strlen(path), of_end = strlen(end);
    return length >= of_end && strcmp(path + length - of_end, end) == 0;
}

static int opened(int file, const char *path) {
    const char *prefix = getenv("FAULTS_FILE");
    if (file >= 0 && file < DESCRIPTORS && prefix && strncmp(path, prefix, strlen(prefix)) == 0 && !ends(path, "-shm")) {
        pthread_mutex_lock(&lock);
        free(watched[file]);
        watched[file] = strdup(path);
        pthread_mutex_unlock(&lock);
    }
    return file;
}

static const char *path_of(int file) { return file >= 0 && file < DESCRIPTORS ? watched[file] : NULL; }

/* 0: the database, 1: its log, 2: its rollback journal */
static uint32_t number_of(const char *path) { return ends(path, "-wal") ? 1 : ends(path, "-journal") ? 2 : 0; }

/* Does this call fail? Called with the lock. */
static int fails(int what) {
    if (!control || !(control[0] & what)) return 0;
    control[4]++;
    if (control[1] > 0) { control[1]--; return 0; }
    if (control[2] == 0) return 0;
    if (control[2] > 0) control[2]--;
    control[5]++;
    if (control[3] == KILL) kill(getpid(), SIGKILL);
    errno = control[3];
    return 1;
}

static void note(char kind, int file, off_t offset, const void *bytes, size_t length) {
    if (journal < 0) return;
    struct stat state;
    fstat(file, &state);
    struct note head = {.kind = kind, .file = number_of(watched[file]), .offset = offset, .length = length, .size = state.st_size};
    char *whole = calloc(1, sizeof head + 2 * length);
    memcpy(whole, &head, sizeof head);
    if (length) {
        char other[64];
        /* The descriptor may be for writing only: read through another one. */
        snprintf(other, sizeof other, "/proc/self/fd/%d", file);
        int again = real_open(other, O_RDONLY);
        if (again >= 0) { if (pread(again, whole + sizeof head, length, offset) < 0) abort(); real_close(again); }
        if (bytes) memcpy(whole + sizeof head + length, bytes, length);
    }
    size_t size = sizeof head + 2 * length;
    if (real_write(journal, whole, size) != (ssize_t)size) abort();
    free(whole);
}

static ssize_t put(int file, const void *bytes, size_t length, off_t offset, int at) {
    pthread_mutex_lock(&lock);
    ssize_t done = -1;
    if (!fails(WRITE)) {
        if (!at) offset = lseek(file, 0, SEEK_CUR);
        note('w', file, offset, bytes, length);
        done = at ? real_pwrite(file, bytes, length, offset) : real_write(file, bytes, length);
    }
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return done;
}

static int synced(int file, int (*real)(int)) {
    pthread_mutex_lock(&lock);
    int done = -1;
    if (!fails(SYNC)) {
        done = 0;
        if (!getenv("FAULTS_FORGET") && (done = real(file)) == 0) note('s', file, 0, NULL, 0);
    }
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return done;
}

ssize_t write(int file, const void *bytes, size_t length) {
    return path_of(file) ? put(file, bytes, length, 0, 0) : real_write(file, bytes, length);
}
ssize_t pwrite64(int file, const void *bytes, size_t length, off_t offset) {
    return path_of(file) ? put(file, bytes, length, offset, 1) : real_pwrite(file, bytes, length, offset);
}
ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset) { return pwrite64(file, bytes, length, offset); }
int fsync(int file) { return path_of(file) ? synced(file, real_fsync) : real_fsync(file); }
int fdatasync(int file) { return path_of(file) ? synced(file, real_fdatasync) : real_fdatasync(file); }

int ftruncate64(int file, off_t size) {
    if (!path_of(file)) return real_ftruncate(file, size);
    pthread_mutex_lock(&lock);
    struct stat state;
    fstat(file, &state);
    int done = -1;
    if (!fails(WRITE)) {
        /* What is cut off can come back. */
        note('t', file, size, NULL, state.st_size > size ? state.st_size - size : 0);
        done = real_ftruncate(file, size);
    }
    pthread_mutex_unlock(&lock);
    return done;
}
int ftruncate(int file, off_t size) { return ftruncate64(file, size); }

int close(int file) {
    if (path_of(file)) {
        pthread_mutex_lock(&lock);
        free(watched[file]);
        watched[file] = NULL;
        pthread_mutex_unlock(&lock);
    }
    return real_close(file);
}

#define MODE(flags, last) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, last); mode = va_arg(rest, mode_t); va_end(rest); }

int open64(const char *path, int flags, ...) { MODE(flags, flags) return opened(real_open(path, flags, mode), path); }
int open(const char *path, int flags, ...) { MODE(flags, flags) return opened(real_open(path, flags, mode), path); }
int openat64(int at, const char *path, int flags, ...) { MODE(flags, flags) return opened(real_openat(at, path, flags, mode), path); }
int openat(int at, const char *path, int flags, ...) { MODE(flags, flags) return opened(real_openat(at, path, flags, mode), path); }
