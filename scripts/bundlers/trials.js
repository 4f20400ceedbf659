// The trials of each tool, in the order of docs/bundlers.md: the commands that a user would type.

const COPY = 'cp -r node_modules/mmap-array/prebuilds dist/'

/**
 * `kind` says where the package ends up:
 * - 'bundle': the tool does not copy the addon. The command `take` copies it; `external`, added to the command, keeps the
 *   whole package out of the bundle;
 * - 'whole': the tool also copies the addon;
 * - 'beside': the package stays where it is installed. `line` is the part of the command for that.
 *
 * `files` are the files of application/ that the commands need besides app.mjs and app.cjs. `node` is the Node.js to run it on,
 * if it is not the one of this process. `run` must print the sum that the application prints, or `prints`, if that is given.
 */
export const TRIALS = [
  {
    tool: 'esbuild',
    name: 'ES module',
    kind: 'bundle',
    build: ['esbuild app.mjs --bundle --platform=node --format=esm --outfile=dist/app.mjs'],
    run: 'node dist/app.mjs',
    take: COPY,
    external: '--external:mmap-array',
  },
  {
    tool: 'esbuild',
    name: 'CommonJS',
    kind: 'bundle',
    build: ['esbuild app.mjs --bundle --platform=node --outfile=dist/app.js'],
    run: 'node dist/app.js',
    take: COPY,
    external: '--external:mmap-array',
  },
  {
    tool: 'rollup',
    name: 'ES module',
    kind: 'bundle',
    build: ['rollup app.mjs -p node-resolve -p commonjs --format es --file dist/app.mjs'],
    run: 'node dist/app.mjs',
    take: COPY,
    external: '--external mmap-array',
  },
  {
    tool: 'rollup',
    name: 'CommonJS',
    kind: 'bundle',
    build: ['rollup app.mjs -p node-resolve -p commonjs --format cjs --file dist/app.js'],
    run: 'node dist/app.js',
    take: COPY,
    external: '--external mmap-array',
  },
  {
    tool: 'rolldown',
    name: 'ES module',
    kind: 'bundle',
    build: ['rolldown app.mjs --platform node --file dist/app.mjs'],
    run: 'node dist/app.mjs',
    take: COPY,
    external: '--external mmap-array',
  },
  {
    tool: 'rolldown',
    name: 'CommonJS',
    kind: 'bundle',
    build: ['rolldown app.mjs --platform node --format cjs --file dist/app.js'],
    run: 'node dist/app.js',
    take: COPY,
    external: '--external mmap-array',
  },
  {
    tool: 'vite',
    name: 'for a server',
    kind: 'beside',
    build: ['vite build --ssr app.mjs'],
    run: 'node dist/app.mjs',
  },
  {
    tool: 'vite',
    name: 'for a server, all in one file',
    kind: 'bundle',
    files: ['vite.config.mjs'],
    build: ['vite build --ssr app.mjs'],
    run: 'node dist/app.mjs',
    take: COPY,
  },
  {
    tool: 'webpack',
    name: 'CommonJS',
    kind: 'bundle',
    build: ['webpack ./app.mjs --mode production --target node --output-path dist'],
    run: 'node dist/main.js',
    take: COPY,
    external: '--externals-type commonjs --externals mmap-array',
  },
  {
    tool: 'webpack',
    name: 'ES module',
    kind: 'beside',
    build: [
      'webpack ./app.mjs --mode production --target node --output-path dist --output-module --output-filename app.mjs ' +
        '--externals mmap-array',
    ],
    run: 'node dist/app.mjs',
    line: '--externals mmap-array',
  },
  {
    tool: 'bun',
    name: 'ES module',
    kind: 'bundle',
    build: ['bun build app.mjs --target=node --outfile=dist/app.mjs'],
    run: 'node dist/app.mjs',
    take: COPY,
    external: '--external mmap-array',
  },
  {
    tool: 'bun',
    name: 'CommonJS',
    kind: 'beside',
    build: ['bun build app.mjs --target=node --format=cjs --outfile=dist/app.js --external mmap-array'],
    run: 'node dist/app.js',
    line: '--external mmap-array',
  },
  {
    tool: 'bun',
    name: 'executable',
    kind: 'bundle',
    build: ['bun build app.mjs --compile --outfile=dist/app'],
    run: 'dist/app',
    take: COPY,
  },
  {
    tool: 'sea',
    name: 'single-executable application of Node.js',
    kind: 'bundle',
    files: ['sea.json'],
    build: [
      'esbuild app.mjs --bundle --platform=node --outfile=app.bundle.cjs',
      'node --experimental-sea-config sea.json',
      'mkdir dist && cp "$(command -v node)" dist/app',
      'postject dist/app NODE_SEA_BLOB app.blob --sentinel-fuse NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2',
    ],
    run: 'dist/app',
    take: COPY,
  },
  { tool: 'ncc', name: 'ES module', kind: 'whole', build: ['ncc build app.mjs'], run: 'node dist/index.mjs' },
  { tool: 'ncc', name: 'CommonJS', kind: 'whole', build: ['ncc build app.cjs'], run: 'node dist/index.cjs' },
  { tool: 'nft', name: 'traced files', kind: 'whole', build: ['nft build app.mjs'], run: 'node dist/app.mjs' },
  {
    tool: 'jest',
    name: 'tests that import',
    kind: 'beside',
    files: ['app.test.mjs'],
    run: `NODE_OPTIONS=--experimental-vm-modules jest --testMatch '**/*.test.mjs'`,
    prints: /Tests: +1 passed, 1 total/,
  },
  {
    tool: 'jest',
    name: 'tests in CommonJS, on Node.js 24.9 and later',
    kind: 'beside',
    node: 'node@24',
    files: ['app.test.cjs'],
    run: `NODE_OPTIONS=--experimental-vm-modules jest --testMatch '**/*.test.cjs'`,
    prints: /Tests: +1 passed, 1 total/,
  },
  {
    tool: 'typescript',
    name: 'CommonJS, `module: nodenext`',
    kind: 'beside',
    files: ['require.ts'],
    build: ['tsc require.ts --strict --target es2022 --types node --module nodenext --outDir dist'],
    run: 'node dist/require.js',
  },
  {
    tool: 'typescript-5',
    name: 'CommonJS, `module: node16`, by `await import`',
    kind: 'beside',
    files: ['import.ts'],
    build: ['tsc import.ts --strict --target es2022 --types node --module node16 --outDir dist'],
    run: 'node dist/import.js',
  },
]
