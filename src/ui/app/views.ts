import {LazyView} from '../kit/controls/lazy-view.ts'

/** Each view's script comes with its first opening: none is needed before, and together they are most of the page. */
export const runView = new LazyView(() => import('../panels/run/RunView.svelte'))
export const compareView = new LazyView(() => import('../panels/compare/CompareView.svelte'))
export const sweepView = new LazyView(() => import('../panels/sweep/SweepView.svelte'))
export const searchView = new LazyView(() => import('../panels/search/SearchView.svelte'))
export const benchView = new LazyView(() => import('../panels/bench/BenchView.svelte'))
export const gpuView = new LazyView(() => import('../panels/gpu/GpuView.svelte'))
export const guideView = new LazyView(() => import('../panels/guide/GuideView.svelte'))
export const libraryView = new LazyView(() => {
  // What its runs open in comes along, so that a saved run is there at once.
  runView.fetch()
  return import('../panels/library/LibraryView.svelte')
})
