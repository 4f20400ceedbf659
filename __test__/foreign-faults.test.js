// SIGBUS that is not ours: it ends the process, or goes to whoever handled it before us. A small library of C makes one
// in memory of its own. Each case in a child.
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { describeWith, expectExit, runNode } from './support/processes.js'
import { useScope } from './support/scope.js'
import { useProgram } from './support/programs.js'

// A Node addon without Node's headers: each load does what the environment says.
const SOURCE = `#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void plain(int signal) { _exit(signal == SIGBUS ? 41 : 1); }
static char *touched;
static void detailed(int signal, siginfo_t *information, void *context) {
  _exit(signal == SIGBUS && context && information->si_addr == touched ? 42 : 1);
}

static struct sigaction before;
static void chained(int signal, siginfo_t *information, void *context) {
  if (!(before.sa_flags & SA_SIGINFO)) _exit(43);
  before.sa_sigaction(signal, information, context);
}
static void copying(int signal, siginfo_t *information, void *context) {
  siginfo_t copy = *information;
  chained(signal, &copy, context);
}

static void telling(int signal, siginfo_t *information, void *context) { write(1, "told\\n", 5); }

static sigjmp_buf safe;
static void leaving(int signal, siginfo_t *information, void *context) { siglongjmp(safe, 1); }
static int keepsMask = 1;

static int onStack;
static void handle(void (*handler)(int, siginfo_t *, void *), int flags, struct sigaction *replaced) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO | onStack | flags;
  sigaction(SIGBUS, &action, replaced);
}

static void touch(void) {
  if (!touched) {
    int file = memfd_create("foreign", 0);
    if (ftruncate(file, 1)) abort();
    touched = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (ftruncate(file, 0)) abort();
  }
  if (sigsetjmp(safe, keepsMask))
    write(1, "left\\n", 5);
  else
    *(volatile char *)touched = 1;
}

void *napi_register_module_v1(void *environment, void *exports) {
  const char *verb = getenv("VERB");
  if (!strcmp(verb, "plain")) {
    signal(SIGBUS, plain);
  } else if (!strcmp(verb, "detailed")) {
    handle(detailed, 0, NULL);
  } else if (!strcmp(verb, "chained")) {
    handle(chained, 0, &before);
  } else if (!strcmp(verb, "copying")) {
    handle(copying, 0, &before);
  } else if (!strcmp(verb, "leaving again")) {
    keepsMask = 0;
    handle(leaving, SA_NODEFER, NULL);
  } else if (!strcmp(verb, "small stack")) {
    stack_t stack = {.ss_sp = malloc(16384), .ss_size = 16384};
    sigaltstack(&stack, NULL);
    onStack = SA_ONSTACK;
  } else if (!strcmp(verb, "leaving")) {
    handle(leaving, 0, NULL);
  } else if (!strcmp(verb, "once")) {
    handle(telling, SA_RESETHAND, NULL);
  } else if (!strcmp(verb, "ignore")) {
    signal(SIGBUS, SIG_IGN);
  } else if (!strcmp(verb, "restore")) {
    signal(SIGBUS, signal(SIGBUS, plain));
  } else if (!strcmp(verb, "send")) {
    raise(SIGBUS);
  } else {
    touch();
  }
  return exports;
}
`

describeWith('gcc', ['--version'], 'a fault in memory of somebody else', () => {
  const scope = useScope()
  const library = useProgram(SOURCE, ['-shared', '-fPIC'])

  const inChild = (body) =>
    runNode(
      `const foreign = (verb) => { process.env.VERB = verb; process.dlopen({ exports: {} }, ${JSON.stringify(library())}) }
       /** An array whose file is cut, and which was read behind the cut. */
       const harmless = (Class = MmapArray) => {
         const array = Class.open(${JSON.stringify(scope.path())}, 'i', { flags: 'w+' })
         array.append(1)
         const { view } = array
         if (view[0] !== 1) throw new Error('no array')
         fs.truncateSync(array.path, 0)
         console.log(view[0])
         array.close()
       }
       ${body}
       console.log('not reached')`,
      { timeout: 20_000 },
    )
  const expectEnd = (result, code, signal, stdout) =>
    expect({ code: result.code, signal: result.signal, stdout: result.stdout }, result.stderr).toEqual({
      code,
      signal,
      stdout,
    })

  test('ends the process by SIGBUS', async () => {
    expectEnd(await inChild(`harmless(); foreign('touch')`), null, 'SIGBUS', '0\n')
  })

  test('in a worker thread, too', async () => {
    const worker = `harmless()
      const { Worker } = await import('node:worker_threads')
      process.env.VERB = 'touch'
      new Worker('process.dlopen({ exports: {} }, ' + JSON.stringify(${JSON.stringify(library())}) + ')', { eval: true })
      await new Promise((resolve) => setTimeout(resolve, 15_000))`
    expectEnd(await inChild(worker), null, 'SIGBUS', '0\n')
  })

  test.each([
    ['plain', 41],
    ['detailed', 42],
  ])('goes to a %s handler that was there before us', async (verb, code) => {
    expectEnd(await inChild(`foreign('${verb}'); harmless(); foreign('touch')`), code, null, '0\n')
  })

  test.each([
    ['plain', 41],
    ['detailed', 42],
  ])('goes to a %s handler that replaced ours, and ours is back with the next mapping', async (verb, code) => {
    expectEnd(await inChild(`harmless(); foreign('${verb}'); harmless(); foreign('touch')`), code, null, '0\n0\n')
  })

  // What broke: ours asked theirs, which asked ours, until the stack ended.
  test.each(['chained', 'copying'])('goes to who was there before us where a %s one asks us in turn', async (verb) => {
    const chain = `harmless(); foreign('${verb}'); harmless(); harmless(); foreign('touch')`
    expectEnd(await inChild(chain), null, 'SIGBUS', '0\n0\n0\n')
    expectEnd(await inChild(`foreign('detailed'); ${chain}`), 42, null, '0\n0\n0\n')
  })

  test('goes to each who replaced ours, the last first', async () => {
    const chain = `harmless(); foreign('detailed'); harmless(); foreign('chained'); harmless(); foreign('touch')`
    expectEnd(await inChild(`foreign('plain'); ${chain}`), 42, null, '0\n0\n0\n')
    // The one that was put back last is asked first, also where it was there before.
    const again = `${chain.replace("foreign('touch')", '')} foreign('plain'); harmless(); foreign('touch')`
    expectEnd(await inChild(`foreign('plain'); ${again}`), 41, null, '0\n0\n0\n0\n')
  })

  test('ends where those who ask go round in a circle', async () => {
    const circle = `foreign('chained'); harmless(); foreign('chained'); harmless(); foreign('touch')`
    expectEnd(await inChild(`harmless(); ${circle}`), null, 'SIGBUS', '0\n0\n0\n')
    // No handler was there before the circle.
    expectEnd(await inChild(circle), null, 'SIGBUS', '0\n0\n')
    expectEnd(await inChild(`foreign('detailed'); harmless(); ${circle}`), 42, null, '0\n0\n0\n')
    // On a stack for signals that has room for a few handlers only.
    expectEnd(await inChild(`foreign('small stack'); ${circle}`), null, 'SIGBUS', '0\n0\n')
  })

  // What broke: whoever left was taken to be asking still.
  test('is survived where a handler leaves it, however often', async () => {
    const touches = `foreign('touch'); foreign('touch'); foreign('chained'); foreign('touch'); foreign('touch')`
    const replaced = await inChild(`harmless(); foreign('leaving'); harmless(); ${touches}; process.exit()`)
    expectEnd(replaced, 0, null, '0\n0\nleft\nleft\nleft\nleft\n')
    const before = await inChild(`foreign('leaving'); harmless(); ${touches}; harmless(); ${touches}; process.exit()`)
    expectEnd(before, 0, null, `0\n${'left\n'.repeat(4)}0\n${'left\n'.repeat(4)}`)
  })

  test('finds signals as the handler that gets it wants them', async () => {
    const result = await inChild(`
      foreign('leaving again'); harmless(); foreign('touch'); foreign('touch'); foreign('touch'); process.exit()`)
    expectEnd(result, 0, null, '0\nleft\nleft\nleft\n')
  })

  describe('beside copies of the package in one process', () => {
    const files = ['package.json', 'index.js', 'native.js', 'lib', 'prebuilds']
    const copy = (name) => {
      for (const file of files) {
        cpSync(new URL(`../${file}`, import.meta.url), join(scope.path(name), file), { recursive: true })
      }
      return `(await import(${JSON.stringify(join(scope.path(name), 'index.js'))})).MmapArray`
    }
    const load = () => `
      const [Second, Third] = [${copy('second')}, ${copy('third')}]
      if (Second === MmapArray || Third === Second) throw new Error('no copy')`
    const rounds = (last) => `${load()}
      harmless(Second)
      const kept = Third.open(${JSON.stringify(scope.path('kept'))}, 'i', { flags: 'w+' })
      kept.append(1)
      const { view } = kept
      for (let round = 0; round < 30; round++) { harmless(); harmless(Second) }
      ${last}
      fs.truncateSync(kept.path, 0)
      console.log(view[0])
      foreign('touch')`

    // They ask each other, whichever is in front.
    test.each([
      ['the first', 'harmless()'],
      ['the second', 'harmless(Second)'],
      ['the third', 'harmless(Third)'],
    ])('that replaced each other ends by SIGBUS, or goes to who was there before all: %s in front', async (_, last) => {
      const zeros = '0\n'.repeat(63)
      expectEnd(await inChild(rounds(last)), null, 'SIGBUS', zeros)
      expectEnd(await inChild(`foreign('detailed'); ${rounds(last)}`), 42, null, zeros)
    })

    test('goes to a handler that replaced the first copy before the second was loaded', async () => {
      const body = `harmless(); foreign('detailed'); harmless(); ${load()}; harmless(Second); foreign('touch')`
      expectEnd(await inChild(body), 42, null, '0\n0\n0\n')
    })
  })

  test('goes once to a handler that wants to be asked once', async () => {
    expectEnd(await inChild(`foreign('once'); harmless(); foreign('touch')`), null, 'SIGBUS', '0\ntold\n')
  })

  test('finds our handler whole where signal() has put it back', async () => {
    const result = await inChild(`harmless(); foreign('restore'); harmless(); process.exit()`)
    expectEnd(result, 0, null, '0\n0\n')
  })

  test('that is none but a signal somebody sent is ignored where it was', async () => {
    const result = await inChild(`foreign('ignore'); harmless(); foreign('send'); process.exit()`)
    expectEnd(result, 0, null, '0\n')
    expectEnd(await inChild(`harmless(); foreign('send')`), null, 'SIGBUS', '0\n')
  })

  test('cannot be ignored', async () => {
    expectEnd(await inChild(`foreign('ignore'); harmless(); foreign('touch')`), null, 'SIGBUS', '0\n')
  })
})

const scope = useScope()

test('process.on(SIGBUS) replaces our handler until the next mapping', async () => {
  const result = await runNode(`
    const path = ${JSON.stringify(scope.path())}
    const first = MmapArray.open(path, 'i', { flags: 'w+' })
    first.append(1)
    process.on('SIGBUS', () => {})
    const second = MmapArray.open(path, 'i')
    const views = [first.view, second.view]
    console.log(...views.map(([value]) => value))
    fs.truncateSync(path, 0)
    console.log(...views.map(([value]) => value))
    process.exit()`)
  expectExit(result)
  expect(result.stdout).toBe('1 1\n0 0\n')
})
