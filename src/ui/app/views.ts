/** Each view's script comes with its first opening: none is needed before, and together they are most of the page. */
export const loadRunView = () => import('../panels/run/RunView.svelte')
export const loadCompareView = () => import('../panels/compare/CompareView.svelte')
export const loadSweepView = () => import('../panels/sweep/SweepView.svelte')
export const loadSearchView = () => import('../panels/search/SearchView.svelte')
export const loadBenchView = () => import('../panels/bench/BenchView.svelte')
export const loadGpuView = () => import('../panels/gpu/GpuView.svelte')
export const loadGuideView = () => import('../panels/guide/GuideView.svelte')
/** What its runs open in comes along, so that a saved run is there at once. */
export const loadLibraryView = () => {
  void loadRunView().catch(() => {})
  return import('../panels/library/LibraryView.svelte')
}
