/* Loaded into latchel-sync by LD_PRELOAD: kills the process at one of the commits of its SQLite ledger.
 *
 * A commit is on the disk once the file that it was written to is synced, or, with a rollback journal, once the
 * journal is removed; those are counted, over all files of the ledger. KILL_LEDGER is its path; KILL_LOG, if set, a
 * file that gets a letter for each of them; KILL_AT the number of one, from 1; KILL_WHEN says whether to kill "before"
 * it reached the disk, with half of its last write there as a power cut would leave it, or right "after". */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static unsigned long commits; /* The ledger has one connection, and so one thread that writes. */
static int last_fd = -1;
static off_t last_end;
static size_t last_size;

static void *next(const char *name) { return dlsym(RTLD_NEXT, name); }

/* Which of the ledger's files a path is: 'd'atabase, 'w'al or 'j'ournal; 0 for none. The shared memory is not one: it
 * holds nothing that a crash may not lose. */
static char file_at(const char *path) {
  const char *ledger = getenv("KILL_LEDGER");
  if (!ledger || strncmp(path, ledger, strlen(ledger)) != 0) return 0;
  const char *rest = path + strlen(ledger);
  if (!*rest) return 'd';
  return strcmp(rest, "-wal") == 0 ? 'w' : strcmp(rest, "-journal") == 0 ? 'j' : 0;
}

static char file_of(int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t size = readlink(link, path, sizeof path - 1);
  if (size < 0) return 0;
  path[size] = 0;
  return file_at(path);
}

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

static int its_turn(unsigned long commit, const char *when) {
  const char *at = getenv("KILL_AT"), *wanted = getenv("KILL_WHEN");
  return at && wanted && strtoul(at, NULL, 10) == commit && strcmp(wanted, when) == 0;
}

static void before_commit(void) {
  if (!its_turn(commits + 1, "before")) return;
  if (last_fd >= 0 && ftruncate(last_fd, last_end - (off_t)(last_size / 2)) != 0) abort();
  die();
}

static void after_commit(char file) {
  commits++;
  last_fd = -1;
  const char *log = getenv("KILL_LOG");
  if (log) {
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    ssize_t (*write)(int, const void *, size_t) = next("write");
    if (fd < 0 || write(fd, &file, 1) != 1) abort();
    close(fd);
  }
  if (its_turn(commits, "after")) die();
}

static ssize_t wrote(int fd, ssize_t size, off_t at) {
  if (size > 0 && file_of(fd)) last_fd = fd, last_size = size, last_end = at + size;
  return size;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
  ssize_t (*real)(int, const void *, size_t, off_t) = next("pwrite");
  return wrote(fd, real(fd, data, size, at), at);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) { return pwrite(fd, data, size, at); }

ssize_t write(int fd, const void *data, size_t size) {
  ssize_t (*real)(int, const void *, size_t) = next("write");
  ssize_t done = real(fd, data, size);
  if (done > 0 && file_of(fd)) wrote(fd, done, lseek(fd, 0, SEEK_CUR) - done);
  return done;
}

static int sync_with(const char *name, int fd) {
  int (*real)(int) = next(name);
  char file = file_of(fd);
  /* Closing the ledger syncs once more what is on the disk already. */
  if (!file || last_fd < 0) return real(fd);
  before_commit();
  int failed = real(fd);
  if (!failed) after_commit(file);
  return failed;
}

int fsync(int fd) { return sync_with("fsync", fd); }

int fdatasync(int fd) { return sync_with("fdatasync", fd); }

int unlink(const char *path) {
  int (*real)(const char *) = next("unlink");
  if (file_at(path) != 'j') return real(path);
  before_commit();
  int failed = real(path);
  if (!failed) after_commit('u');
  return failed;
}
