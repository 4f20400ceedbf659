/* The C side: nothing but mmap, write and futex. Every command is told the file it works on.
 *
 *   partner sum FILE                  adds up the numbers, through mmap
 *   partner double FILE               doubles them in place, through mmap
 *   partner append FILE FROM TO       appends FROM, FROM + 1 … TO - 1, each with one write on O_APPEND
 *   partner answer FILE ROUNDS        futex: answers each question in word 0 with its square in word 1
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what)
{
    perror(what);
    exit(1);
}

struct numbers {
    int32_t *at;
    size_t length;
};

static struct numbers map(const char *path)
{
    int file = open(path, O_RDWR | O_CLOEXEC);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0)
        die(path);
    /* the file's size is the array's length: there is no header to skip */
    int32_t *at = mmap(NULL, status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (at == MAP_FAILED)
        die("mmap");
    close(file); /* the mapping stays */
    return (struct numbers){ at, status.st_size / sizeof *at };
}

static void append(const char *path, int32_t from, int32_t to)
{
    int file = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (file < 0)
        die(path);
    /* whole elements in one write: the kernel puts it behind whatever others appended meanwhile */
    for (int32_t number = from; number < to; number++)
        if (write(file, &number, sizeof number) != sizeof number)
            die("write");
    close(file);
}

/* Not FUTEX_WAIT_PRIVATE and FUTEX_WAKE_PRIVATE: those find sleepers of this process only. */
static void wait_while(_Atomic int32_t *word, int32_t expected)
{
    struct timespec patience = { .tv_sec = 10 };
    while (atomic_load(word) == expected)
        if (syscall(SYS_futex, word, FUTEX_WAIT, expected, &patience, NULL, 0) != 0 && errno != EAGAIN && errno != EINTR)
            die("futex wait");
}

static void wake_all(_Atomic int32_t *word)
{
    if (syscall(SYS_futex, word, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0) < 0)
        die("futex wake");
}

static void answer(_Atomic int32_t *words, int rounds)
{
    _Atomic int32_t *question = &words[0], *reply = &words[1];
    int32_t last = 0;
    for (int round = 0; round < rounds; round++) {
        wait_while(question, last);
        last = atomic_load(question);
        atomic_store(reply, last * last);
        wake_all(reply);
    }
}

int main(int count, char **words)
{
    const char *command = count > 2 ? words[1] : "";
    if (!strcmp(command, "sum")) {
        struct numbers numbers = map(words[2]);
        int64_t sum = 0;
        for (size_t index = 0; index < numbers.length; index++)
            sum += numbers.at[index];
        printf("%lld\n", (long long)sum);
    } else if (!strcmp(command, "double")) {
        struct numbers numbers = map(words[2]);
        for (size_t index = 0; index < numbers.length; index++)
            numbers.at[index] *= 2;
    } else if (!strcmp(command, "append") && count == 5) {
        append(words[2], atoi(words[3]), atoi(words[4]));
    } else if (!strcmp(command, "answer") && count == 4) {
        answer((_Atomic int32_t *)map(words[2]).at, atoi(words[3]));
    } else {
        fprintf(stderr, "see the top of partner.c\n");
        return 2;
    }
    return 0;
}
