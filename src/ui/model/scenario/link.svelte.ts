import {formatPairs, parsePairs} from '../../../config/link/query-string.ts'
import {decodeScenario, encodeScenario} from '../../../config/link/url-codec.ts'
import type {Scenario} from '../../../config/scenario.ts'
import {splitHash, type ViewId} from '../links/page-link.ts'
import {ViewState} from '../links/view.svelte.ts'
import type {ScenarioState} from './scenario.svelte.ts'

/** The scenario and the view in the address bar: written while editing, read from links and on Back. */
export class LinkState {
  /** Parts of the last link that could not be used. */
  ignored: readonly string[] = $state.raw([])
  readonly #scenario: ScenarioState
  readonly #view: ViewState
  /** Encoded once, however many links to views the page has; null while a field is wrong. */
  readonly #scenarioText = $derived.by(() => {
    const {scenario} = this.#scenario
    return scenario === null ? null : encodeScenario(scenario)
  })

  constructor(scenario: ScenarioState, view = new ViewState()) {
    this.#scenario = scenario
    this.#view = view
  }

  /** @returns whether the link asks to be run at once */
  read(hash: string): boolean {
    const page = this.#view.read(hash)
    this.ignored = page.ignored
    if (page.scenario === '') return false
    const link = decodeScenario(page.scenario)
    this.ignored = [...page.ignored, ...link.ignored]
    this.#scenario.compareWith(new Map(parsePairs(hash)).get('preset') ?? null)
    this.#scenario.load(link.scenario)
    // What was left out may be what would have made it another run: then the user decides.
    return link.run && this.ignored.length === 0
  }

  /** The current scenario and view as a hash, or null while a field is wrong. */
  get hash(): string | null {
    return this.hashOf(this.#view.current)
  }

  /** The same in another view. */
  hashOf(view: ViewId, topic?: string): string | null {
    if (this.#scenarioText === null) return null
    const pairs = this.#view.pairsFor(view, topic)
    return `#${this.#scenarioText}${pairs.length === 0 ? '' : `&${formatPairs(pairs)}`}`
  }

  dismiss = (): void => {
    this.ignored = []
  }
}

/** Whether a link, as this page writes them, has this scenario. */
export function isLinkOf(hash: string, scenario: Scenario): boolean {
  return splitHash(hash).scenario === encodeScenario(scenario)
}
