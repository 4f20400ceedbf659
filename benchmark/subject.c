/* The subject C: what this machine can do, as a bound. Compiled as a library together with a function for each step of the table, and
 * called by subject.py, whose The and Result are the structures below. scenarios/ping-pong.c uses its clock and its memory. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

struct the {
    void *array, *other, *bytes, *second, *state;
    size_t n, second_length;
    double fraction;
    const char *path, *file;
};

enum owner { NUMBER, ARRAY, HEAP, MAPPED };

struct result {
    enum owner owner;
    double number;
    void *data;
    size_t bytes;
};

static struct result number(double value) { return (struct result){ NUMBER, value, NULL, 0 }; }
static struct result in_place(void *data, size_t bytes) { return (struct result){ ARRAY, 0, data, bytes }; }
static struct result heap(void *data, size_t bytes) { return (struct result){ HEAP, 0, data, bytes }; }
static struct result mapped(void *data, size_t bytes) { return (struct result){ MAPPED, 0, data, bytes }; }

#define HUGE_PAGE ((size_t)2 << 20)
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

/* The first huge page that begins at an address or behind it. */
static char *huge_page_from(void *address) { return (char *)(((uintptr_t)address + HUGE_PAGE - 1) & -HUGE_PAGE); }

/* Fresh memory of the kind that a MmapArray has: shared, of a memfd, in huge pages if the system has any. */
static void *shared(size_t bytes)
{
    int file = memfd_create("bound", MFD_CLOEXEC);
    if (file < 0 || ftruncate(file, bytes) != 0)
        exit(1);
    char *room = mmap(NULL, bytes + HUGE_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room == MAP_FAILED)
        exit(1);
    char *start = huge_page_from(room), *end = start + ((bytes + 4095) & ~(size_t)4095);
    if (mmap(start, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0) == MAP_FAILED)
        exit(1);
    if (start > room)
        munmap(room, start - room);
    munmap(end, room + bytes + HUGE_PAGE - end);
    close(file);
    size_t whole = bytes / HUGE_PAGE * HUGE_PAGE;
    for (size_t at = 0; at < whole; at += HUGE_PAGE)
        (void)*(volatile char *)(start + at);
    if (whole > 0)
        madvise(start, whole, MADV_COLLAPSE);
    return start;
}

/* Fresh memory on the heap, with the hint that NumPy gives as well. */
void *fresh(size_t bytes)
{
    char *data = malloc(bytes), *start = huge_page_from(data);
    if (data != NULL && start + HUGE_PAGE <= data + bytes)
        madvise(start, data + bytes - start, MADV_HUGEPAGE);
    return data;
}

void leave(struct result *result)
{
    if (result->owner == HEAP)
        free(result->data);
    if (result->owner == MAPPED)
        munmap(result->data, result->bytes);
}

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* Does a round and returns its nanoseconds. The last result remains, to be checked. */
long long run(struct result (*round)(struct the *), struct the *the, size_t repeats, struct result *result)
{
    long long began = now();
    *result = round(the);
    for (size_t again = 1; again < repeats; again++) {
        leave(result);
        *result = round(the);
    }
    return now() - began;
}
