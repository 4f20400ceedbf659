/* What the machine can do: the plain loop, as the compiler makes it for this processor. Compiled once for each type. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifndef ELEMENT
#define ELEMENT int32_t
#endif
typedef ELEMENT element;

enum { ROW = 64 };

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static long long run(const char *work, element *restrict array, const element *restrict other, size_t count)
{
    long long answer = 0;
    if (!strcmp(work, "count")) {
        size_t found = 0;
        for (size_t i = 0; i < count; i++)
            found += array[i] == 5;
        answer = found;
    } else if (!strcmp(work, "index")) {
        /* A row at a time, so that the compiler makes vectors of it. */
        answer = -1;
        size_t i = 0;
        for (; i + ROW <= count && answer < 0; i += ROW) {
            int is_here = 0;
            for (int lane = 0; lane < ROW; lane++)
                is_here |= array[i + lane] == 9999;
            if (is_here)
                answer = i;
        }
        for (; i < count && answer < 0; i++)
            if (array[i] == 9999)
                answer = i;
    } else if (!strcmp(work, "sum")) {
        /* Lanes, for a compiler may not change the order in which doubles are added. */
        double doubles[ROW] = { 0 };
        long long integers = 0;
        for (size_t i = 0; i + ROW <= count; i += ROW)
            for (int lane = 0; lane < ROW; lane++)
                if (sizeof(element) == 8)
                    doubles[lane] += array[i + lane];
                else
                    integers += (long long)array[i + lane];
        for (size_t i = count - count % ROW; i < count; i++)
            integers += (long long)array[i];
        for (int lane = 0; lane < ROW; lane++)
            integers += (long long)doubles[lane];
        answer = integers;
    } else if (!strcmp(work, "min") || !strcmp(work, "max")) {
        element least = array[0], most = array[0];
        if (work[1] == 'i')
            for (size_t i = 0; i < count; i++)
                least = array[i] < least ? array[i] : least;
        else
            for (size_t i = 0; i < count; i++)
                most = array[i] > most ? array[i] : most;
        answer = work[1] == 'i' ? least : most;
    } else if (!strcmp(work, "equals")) {
        answer = 1;
        for (size_t i = 0; i + ROW <= count && answer; i += ROW) {
            int differ = 0;
            for (int lane = 0; lane < ROW; lane++)
                differ |= array[i + lane] != other[i + lane];
            answer = !differ;
        }
    } else if (!strcmp(work, "byteswap")) {
        uint32_t *words = (uint32_t *)array;
        for (size_t i = 0; i < count; i++)
            words[i] = __builtin_bswap32(words[i]);
    } else if (!strcmp(work, "reverse")) {
        for (size_t low = 0, high = count - 1; low < high; low++, high--) {
            element swapped = array[low];
            array[low] = array[high];
            array[high] = swapped;
        }
    } else if (!strcmp(work, "fill")) {
        for (size_t i = 0; i < count; i++)
            array[i] = 7;
    } else {
        exit(2);
    }
    return answer;
}

int main(int arguments_count, char **arguments)
{
    if (arguments_count != 3)
        return 2;
    const char *work = arguments[1];
    size_t count = strtoull(arguments[2], NULL, 10);
    element *array = malloc(count * sizeof *array), *source = malloc(count * sizeof *source);
    if (!array || !source)
        return 1;
    for (size_t i = 0; i < count; i++)
        array[i] = source[i] = (long long)(i % 1000) - 300;
    int is_writing = !strcmp(work, "byteswap") || !strcmp(work, "reverse") || !strcmp(work, "fill");
    for (int byte = getchar(); byte != EOF; byte = getchar()) {
        if (is_writing)
            memcpy(array, source, count * sizeof *array);
        long long began = now();
        long long answer = run(work, array, source, count);
        long long took = now() - began;
        if (is_writing)
            answer = (long long)array[0] + 3 * (long long)array[1] + 7 * (long long)array[count - 1];
        printf("{\"answer\":%lld,\"nanoseconds\":%lld}\n", answer, took);
        fflush(stdout);
    }
    return 0;
}
