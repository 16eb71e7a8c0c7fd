/* A disk that fails on demand, for one process and one database: preloaded, it reads what to do from a file.
 * Lines "<part of the path> slow|eio|full"; what no line names works as ever. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum mode { WELL, SLOW, EIO_, FULL };

static enum mode mode_of(int fd) {
  char link[64], path[1024], text[512];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
  if (n <= 0) return WELL;
  path[n] = 0;
  if (strstr(path, "tenor.sqlite") == NULL || strstr(path, ".guard") != NULL) return WELL;
  const char *file = getenv("TENOR_TEST_BAD_DISK");
  if (file == NULL) return WELL;
  int f = syscall(SYS_openat, AT_FDCWD, file, O_RDONLY | O_CLOEXEC);
  if (f < 0) return WELL;
  ssize_t m = syscall(SYS_read, f, text, sizeof text - 1);
  syscall(SYS_close, f);
  if (m <= 0) return WELL;
  text[m] = 0;
  char part[256], what[16];
  for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
    if (sscanf(line, "%255s %15s", part, what) != 2 || strstr(path, part) == NULL) continue;
    if (strcmp(what, "slow") == 0) return SLOW;
    if (strcmp(what, "eio") == 0) return EIO_;
    if (strcmp(what, "full") == 0) return FULL;
  }
  return WELL;
}

static int refuse(int fd, int is_sync) {
  switch (mode_of(fd)) {
    case SLOW:
      if (is_sync) usleep(2000000);
      return 0;
    case EIO_:
      errno = EIO;
      return 1;
    case FULL:
      if (is_sync) return 0;
      errno = ENOSPC;
      return 1;
    default:
      return 0;
  }
}

int fsync(int fd) { return refuse(fd, 1) ? -1 : (int)syscall(SYS_fsync, fd); }
int fdatasync(int fd) { return refuse(fd, 1) ? -1 : (int)syscall(SYS_fdatasync, fd); }

ssize_t write(int fd, const void *data, size_t size) {
  return refuse(fd, 0) ? -1 : syscall(SYS_write, fd, data, size);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
  return refuse(fd, 0) ? -1 : syscall(SYS_pwrite64, fd, data, size, at);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { return pwrite64(fd, data, size, at); }
