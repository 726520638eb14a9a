/*
 * Preloaded into a trial: counts each call that makes data durable, and can make each take longer, as on a slower disk.
 *
 * What is counted: fsync, fdatasync, msync with MS_SYNC, and writes to files that were opened with O_DSYNC or O_SYNC (LMDB writes
 * the root of its tree that way).
 *
 * It shares four 64-bit numbers with the trial, in the file that BENCH_SYNC_PROBE names: the delay to add to each call, in nanoseconds, which
 * the trial may change at any time; how many calls there were; how long they took in all, in nanoseconds; and 1, once it is in place.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define FILES 65536

struct shared {
  _Atomic uint64_t delay;
  _Atomic uint64_t calls;
  _Atomic uint64_t taken;
  _Atomic uint64_t present;
};

static struct shared *shared;
/* Which files are written durably, by their numbers. */
static _Atomic unsigned char durable[FILES];

#define REAL(name, result, ...)                              \
  static result (*real)(__VA_ARGS__);                        \
  if (real == NULL) real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void counted(uint64_t began) {
  if (shared == NULL) return;
  uint64_t delay = atomic_load(&shared->delay);
  if (delay > 0) {
    struct timespec rest = {(time_t)(delay / 1000000000u), (long)(delay % 1000000000u)};
    while (nanosleep(&rest, &rest) != 0) {
    }
  }
  atomic_fetch_add(&shared->calls, 1);
  atomic_fetch_add(&shared->taken, now() - began);
}

static void noted(int file, int flags) {
  /* O_SYNC holds the bit of O_DSYNC. */
  if (file >= 0 && file < FILES) atomic_store(&durable[file], (flags & O_DSYNC) != 0);
}

static int is_durable(int file) { return file >= 0 && file < FILES && atomic_load(&durable[file]); }

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("BENCH_SYNC_PROBE");
  if (path == NULL) return;
  REAL("open64", int, const char *, int, ...);
  int file = real(path, O_RDWR | O_CLOEXEC);
  if (file < 0) return;
  void *memory = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (memory == MAP_FAILED) return;
  shared = memory;
  atomic_store(&shared->present, 1);
}

int fsync(int file) {
  REAL("fsync", int, int);
  uint64_t began = now();
  int result = real(file);
  counted(began);
  return result;
}

int fdatasync(int file) {
  REAL("fdatasync", int, int);
  uint64_t began = now();
  int result = real(file);
  counted(began);
  return result;
}

int msync(void *address, size_t length, int flags) {
  REAL("msync", int, void *, size_t, int);
  uint64_t began = now();
  int result = real(address, length, flags);
  if (flags & MS_SYNC) counted(began);
  return result;
}

#define OPEN(name)                                               \
  int name(const char *path, int flags, ...) {                   \
    REAL(#name, int, const char *, int, ...);                    \
    mode_t mode = 0;                                             \
    if (flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY))) {        \
      va_list rest;                                              \
      va_start(rest, flags);                                     \
      mode = va_arg(rest, mode_t);                               \
      va_end(rest);                                              \
    }                                                            \
    int file = real(path, flags, mode);                          \
    noted(file, flags);                                          \
    return file;                                                 \
  }
OPEN(open)
OPEN(open64)

#define WRITE(name, declared, passed, ...)                       \
  ssize_t name declared {                                        \
    REAL(#name, ssize_t, __VA_ARGS__);                           \
    if (!is_durable(file)) return real passed;                   \
    uint64_t began = now();                                      \
    ssize_t result = real passed;                                \
    counted(began);                                              \
    return result;                                               \
  }
WRITE(write, (int file, const void *data, size_t size), (file, data, size), int, const void *, size_t)
WRITE(writev, (int file, const struct iovec *parts, int count), (file, parts, count), int, const struct iovec *, int)
WRITE(pwrite, (int file, const void *data, size_t size, off_t at), (file, data, size, at), int, const void *, size_t, off_t)
WRITE(pwrite64, (int file, const void *data, size_t size, off64_t at), (file, data, size, at), int, const void *, size_t, off64_t)
