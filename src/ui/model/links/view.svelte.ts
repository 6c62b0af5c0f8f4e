import type {Pair} from '../../../config/link/query-string.ts'
import type {Scenario} from '../../../config/scenario.ts'
import {type PageLink, pagePairs, splitHash, type ViewId} from './page-link.ts'
import {DEFAULT_TOPIC} from './topics.ts'

/** A point of a sweep, a search or a bench that is shown as a run. */
export interface OpenedPoint {
  /** Where it stands, in words. */
  readonly place: string
  readonly view: ViewId
  readonly scenario: Scenario
}

/** Which view of the page is shown, and the part of the link that says so. */
export class ViewState {
  current: ViewId = $state('run')
  /** What the scenario in the form was opened from, to go back there. */
  openedFrom: OpenedPoint | null = $state.raw(null)
  /** What the comparison on screen is made of, as links; written by the comparison. */
  comparisonOnScreen: readonly string[] = $state.raw([])
  /** What the last link asked to compare. */
  linkedComparison: readonly string[] = $state.raw([])
  /** The sweep in the form, as its part of the link; written by the sweep. */
  sweepInForm: readonly Pair[] = $state.raw([])
  /** The search in the form, likewise. */
  searchInForm: readonly Pair[] = $state.raw([])
  /** The bench in the form, likewise. */
  benchInForm: readonly Pair[] = $state.raw([])
  /** What a GPU-hour costs, likewise. */
  pricesInForm: readonly Pair[] = $state.raw([])
  /** What the last link said of it. */
  linkedPrices: readonly Pair[] = $state.raw([])
  /** What the last link said of a bench. */
  linkedBench: readonly Pair[] = $state.raw([])
  /** What the last link said of a search. */
  linkedSearch: readonly Pair[] = $state.raw([])
  /** What the last link said of a sweep. */
  linkedSweep: readonly Pair[] = $state.raw([])
  /** What the guide shows. */
  topic: string = $state(DEFAULT_TOPIC)

  go = (view: ViewId, topic = this.topic): void => {
    this.current = view
    this.topic = topic
  }

  /** @returns the scenario's part of the hash, and what of the page's part was of no use */
  read(hash: string): {scenario: string; ignored: readonly string[]} {
    const {page, scenario, ignored} = splitHash(hash)
    this.current = page.view
    this.linkedComparison = page.compared
    this.linkedSweep = page.sweep ?? []
    this.linkedBench = page.bench ?? []
    this.linkedPrices = page.prices ?? []
    this.linkedSearch = page.search ?? []
    this.topic = page.topic ?? DEFAULT_TOPIC
    return {scenario, ignored}
  }

  pairsFor(view: ViewId, topic = this.topic): readonly Pair[] {
    const compared = this.comparisonOnScreen.length > 0 ? this.comparisonOnScreen : this.linkedComparison
    const {sweepInForm: sweep, searchInForm: search, benchInForm: bench, pricesInForm: prices} = this
    const link: PageLink = {view, compared, sweep, search, bench, prices, topic}
    return pagePairs(link)
  }
}
