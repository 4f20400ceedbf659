/* The operations of the table in C, as a bound of what this machine can do. operations.inc is made of the table's steps: a function for
 * each step and element type, and OPERATIONS. A line in is a task or a round, as for operations.js. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Called through a pointer, and never merged into its caller: nothing of it is known to have been done before. */
#define STEP static __attribute__((noinline))

struct task {
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

struct operation {
    const char *name;
    char typecode;
    void (*before)(struct task *);
    struct result (*round)(struct task *);
    void (*after)(struct task *);
    int restores, reads, writes;
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

/* Fresh memory of the kind that a MmapArray has: shared, of a memfd, in huge pages where the system has any. */
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
static void *fresh(size_t bytes)
{
    char *data = malloc(bytes), *start = huge_page_from(data);
    if (data != NULL && start + HUGE_PAGE <= data + bytes)
        madvise(start, data + bytes - start, MADV_HUGEPAGE);
    return data;
}

#include "operations.inc"

static uint32_t crc_table[8][256];

static void make_crc_table(void)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
        crc_table[0][byte] = crc;
    }
    for (int slice = 1; slice < 8; slice++)
        for (int byte = 0; byte < 256; byte++)
            crc_table[slice][byte] = crc_table[slice - 1][byte] >> 8 ^ crc_table[0][crc_table[slice - 1][byte] & 255];
}

/* The CRC of zlib, eight bytes at a time. */
static uint32_t crc32_of(uint32_t crc, const uint8_t *bytes, size_t length)
{
    crc = ~crc;
    for (; length >= 8; bytes += 8, length -= 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        word ^= crc;
        crc = 0;
        for (int slice = 0; slice < 8; slice++)
            crc ^= crc_table[7 - slice][word >> 8 * slice & 255];
    }
    while (length-- > 0)
        crc = crc >> 8 ^ crc_table[0][(crc ^ *bytes++) & 255];
    return ~crc;
}

enum { BLOCK = 4096, STRIDE = 16 * BLOCK };

static uint32_t checksum(const uint8_t *bytes, size_t length, int all)
{
    if (all || length <= STRIDE)
        return crc32_of(0, bytes, length);
    uint32_t crc = 0;
    for (size_t at = 0; at < length; at += STRIDE)
        crc = crc32_of(crc, bytes + at, length - at < BLOCK ? length - at : BLOCK);
    return crc32_of(crc, bytes + length - BLOCK, BLOCK);
}

static size_t itemsize(char typecode) { return typecode == 'q' || typecode == 'd' ? 8 : 4; }

static double sample(size_t i, size_t n) { return i == n - 1 ? 5000 : (double)(i % 1000) - 300; }

static void fill_with_sample(void *array, char typecode, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double value = sample(i, n);
        switch (typecode) {
        case 'i': ((int32_t *)array)[i] = value; break;
        case 'I': ((uint32_t *)array)[i] = (int64_t)value; break;
        case 'q': ((int64_t *)array)[i] = value; break;
        case 'f': ((float *)array)[i] = value; break;
        default: ((double *)array)[i] = value;
        }
    }
}

static void *read_file(const char *path, size_t *bytes)
{
    FILE *file = fopen(path, "rb");
    struct stat info;
    if (file == NULL || fstat(fileno(file), &info) != 0)
        exit(1);
    void *data = malloc(info.st_size + 1);
    if (fread(data, 1, info.st_size, file) != (size_t)info.st_size)
        exit(1);
    fclose(file);
    *bytes = info.st_size;
    return data;
}

static void write_file(const char *path, const void *data, size_t bytes)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(data, 1, bytes, file) != bytes)
        exit(1);
    fclose(file);
}

static void *copy_to(void *copy, const void *data, size_t bytes)
{
    if (copy == NULL)
        exit(1);
    return memcpy(copy, data, bytes);
}

/* An array like another. */
static void *copy_of(const void *data, size_t bytes) { return copy_to(fresh(bytes + 1), data, bytes); }

/* Bytes somebody gives, who knows of no hints: so a Buffer lies, and Python's bytes. */
static void *bytes_of(const void *data, size_t bytes) { return copy_to(malloc(bytes + 1), data, bytes); }

static void leave(struct result result)
{
    if (result.owner == HEAP)
        free(result.data);
    if (result.owner == MAPPED)
        munmap(result.data, result.bytes);
}

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static struct task the;
static const struct operation *operation;
static void *pristine;
static size_t repeats, bytes;
static char path[4096], file[4096];

static void begin(char **fields)
{
    operation = NULL;
    for (size_t row = 0; row < sizeof OPERATIONS / sizeof *OPERATIONS; row++)
        if (strcmp(OPERATIONS[row].name, fields[0]) == 0 && OPERATIONS[row].typecode == *fields[1])
            operation = &OPERATIONS[row];
    if (operation == NULL)
        exit(2);
    free(the.array), free(the.other), free(the.bytes), free(the.second), free(pristine);
    the.n = strtoull(fields[2], NULL, 10);
    repeats = strtoull(fields[3], NULL, 10);
    snprintf(path, sizeof path, "%s/file-%d", fields[4], getpid());
    snprintf(file, sizeof file, "%s", fields[8]);
    the.path = path, the.file = file;
    the.fraction = strcmp(fields[9], "") == 0 ? 0 : strtod(fields[9], NULL);
    bytes = the.n * itemsize(*fields[1]);
    if (*fields[6])
        the.array = read_file(fields[6], &bytes);
    else
        fill_with_sample(the.array = fresh(bytes + 1), *fields[1], the.n);
    the.second = NULL;
    if (*fields[7]) {
        the.second = read_file(fields[7], &the.second_length);
        the.second_length /= itemsize(*fields[1]);
    }
    the.other = strstr(fields[10], "other") ? copy_of(the.array, bytes) : NULL;
    the.bytes = strstr(fields[10], "bytes") ? bytes_of(the.array, bytes) : NULL;
    pristine = operation->restores ? copy_of(the.array, bytes) : NULL;
    if (operation->reads)
        write_file(path, the.array, bytes);
    puts("{\"ready\":true}");
}

static void do_round(int all)
{
    if (pristine)
        memcpy(the.array, pristine, bytes);
    if (operation->writes)
        unlink(path);
    if (operation->before)
        operation->before(&the);
    long long began = now();
    struct result result = operation->round(&the);
    for (size_t again = 1; again < repeats; again++) {
        leave(result);
        result = operation->round(&the);
    }
    long long took = now() - began;
    if (operation->writes) {
        size_t length;
        void *content = read_file(path, &length);
        result = heap(content, length);
    }
    if (result.owner == NUMBER)
        printf("{\"answer\":%.17g,\"nanoseconds\":%lld}\n", result.number, took);
    else
        printf("{\"answer\":\"%zu:%u\",\"nanoseconds\":%lld}\n", result.bytes, checksum(result.data, result.bytes, all), took);
    leave(result);
    if (operation->after)
        operation->after(&the);
}

int main(void)
{
    make_crc_table();
    char *line = NULL;
    size_t room = 0;
    for (ssize_t length; (length = getline(&line, &room, stdin)) > 0;) {
        if (line[length - 1] == '\n')
            line[length - 1] = 0;
        char *fields[12], *rest = line;
        int count = 0;
        while (count < 12 && (fields[count] = strsep(&rest, "\t")) != NULL)
            count++;
        if (strcmp(fields[0], "task") == 0 && count == 12)
            begin(fields + 1);
        else if (strcmp(fields[0], "round") == 0 && count == 2)
            do_round(strcmp(fields[1], "all") == 0);
        else
            return 2;
        fflush(stdout);
    }
    if (operation)
        unlink(path);
    return 0;
}
