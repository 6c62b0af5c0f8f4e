/** Keys of the page's link that belong to the sweep. */
export const SWEEP_LINK_KEYS: ReadonlySet<string> = new Set(['sweep', 'repeats', 'kv'])

/** And to the search. */
export const SEARCH_LINK_KEYS: ReadonlySet<string> = new Set(['space', 'budget'])
