/** Keys of the page's link that belong to the sweep. */
export const SWEEP_LINK_KEYS: ReadonlySet<string> = new Set(['sweep', 'repeats', 'kv'])

/** And to what a GPU-hour costs, whatever the view. */
export const PRICE_LINK_KEYS: ReadonlySet<string> = new Set(['price', 'currency'])

/** And to the search. */
export const SEARCH_LINK_KEYS: ReadonlySet<string> = new Set([
  'space',
  'budget',
  'search-seeds',
  'search-time',
  'search-cost',
])

/** And to the bench. */
export const BENCH_LINK_KEYS: ReadonlySet<string> = new Set([
  'bench',
  'bench-phases',
  'bench-most',
  'bench-attempts',
  'bench-price',
  'bench-settings',
])
