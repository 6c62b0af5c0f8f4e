/** Each view's script comes with its first opening: none is needed before, and together they are most of the page. */
export const loadRunView = () => import('../panels/run/RunView.svelte')
export const loadCompareView = () => import('../panels/compare/CompareView.svelte')
export const loadSweepView = () => import('../panels/sweep/SweepView.svelte')
export const loadSearchView = () => import('../panels/search/SearchView.svelte')
export const loadBenchView = () => import('../panels/bench/BenchView.svelte')
export const loadGpuView = () => import('../panels/gpu/GpuView.svelte')
export const loadGuideView = () => import('../panels/guide/GuideView.svelte')
export const loadLibraryView = () => import('../panels/library/LibraryView.svelte')
