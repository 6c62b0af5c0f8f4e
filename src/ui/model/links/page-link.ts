import {formatPairs, MAX_LENGTH, type Pair, parsePairs} from '../../../config/link/query-string.ts'
import {decodeScenario, encodeScenario} from '../../../config/link/url-codec.ts'
import type {Scenario} from '../../../config/scenario.ts'
import {BENCH_LINK_KEYS, PRICE_LINK_KEYS, SEARCH_LINK_KEYS, SWEEP_LINK_KEYS} from './link-keys.ts'
import {DEFAULT_TOPIC, isTopic} from './topics.ts'

/** The views of the page, in the order of their links in the header. */
export const VIEWS = [
  {id: 'run', title: 'Run'},
  {id: 'compare', title: 'Compare'},
  {id: 'sweep', title: 'Sweep'},
  {id: 'recommend', title: 'Recommend'},
  {id: 'bench', title: 'Bench'},
  {id: 'gpu', title: 'GPU model'},
  {id: 'library', title: 'Library'},
  {id: 'guide', title: 'Guide'},
] as const
export type ViewId = (typeof VIEWS)[number]['id']

/** What a link says besides its scenario: which view is shown, and what is compared in it. */
export interface PageLink {
  readonly view: ViewId
  /** Each compared run as the link of its scenario, without the version. */
  readonly compared: readonly string[]
  /** The sweep's own keys, for the sweep to read. */
  readonly sweep?: readonly Pair[]
  /** The search's, likewise. */
  readonly search?: readonly Pair[]
  /** The bench's, likewise. */
  readonly bench?: readonly Pair[]
  /** What a GPU-hour costs, in every view. */
  readonly prices?: readonly Pair[]
  /** What the guide shows, if not its first page. */
  readonly topic?: string
}

export const MAX_COMPARED = 6
const PAGE_KEYS: ReadonlySet<string> = new Set(['view', 'compare', 'topic'])

/** A hash, parted into the page's keys and the scenario's; both readings are total. */
export function splitHash(hash: string): {page: PageLink; scenario: string; ignored: readonly string[]} {
  const pairs = parsePairs(hash)
  const sweep = pairs.filter(([key]) => SWEEP_LINK_KEYS.has(key))
  const search = pairs.filter(([key]) => SEARCH_LINK_KEYS.has(key))
  const bench = pairs.filter(([key]) => BENCH_LINK_KEYS.has(key))
  const prices = pairs.filter(([key]) => PRICE_LINK_KEYS.has(key))
  const others = [PAGE_KEYS, SWEEP_LINK_KEYS, SEARCH_LINK_KEYS, BENCH_LINK_KEYS, PRICE_LINK_KEYS]
  const rest = pairs.filter(([key]) => !others.some(keys => keys.has(key)))
  const asked = pairs.findLast(([key]) => key === 'view')?.[1]
  const topic = pairs.findLast(([key]) => key === 'topic')?.[1]
  const view = VIEWS.find(({id}) => id === asked)?.id
  const compared = pairs.flatMap(([key, value]) => (key === 'compare' && value !== '' ? [value] : []))
  const ignored = asked === undefined || view !== undefined ? [] : [`view=${asked.slice(0, 60)}`]
  if (topic !== undefined && !isTopic(topic)) ignored.push(`topic=${topic.slice(0, 60)}`)
  // Written out in full it may be longer than it came.
  const scenario = rest.length === 0 ? '' : formatPairs(rest)
  if (Math.max(hash.length, scenario.length) > MAX_LENGTH)
    ignored.push(`all of it, because it is longer than any link of ours`)
  for (const link of compared.slice(0, MAX_COMPARED))
    ignored.push(...decodeScenario(link).ignored.map(part => `compare: ${part}`))
  if (compared.length > MAX_COMPARED) ignored.push(`compare=… beyond ${MAX_COMPARED} runs`)
  return {
    page: {
      view: view ?? 'run',
      compared: compared.slice(0, MAX_COMPARED),
      ...(sweep.length === 0 ? {} : {sweep}),
      ...(search.length === 0 ? {} : {search}),
      ...(bench.length === 0 ? {} : {bench}),
      ...(prices.length === 0 ? {} : {prices}),
      ...(topic === undefined || !isTopic(topic) ? {} : {topic}),
    },
    scenario,
    ignored,
  }
}

/** The page's keys as they stand in a hash, after the scenario's; the Run view needs none of its own. */
export function pagePairs({
  view,
  compared,
  sweep = [],
  search = [],
  bench = [],
  prices = [],
  topic = DEFAULT_TOPIC,
}: PageLink): readonly Pair[] {
  if (view === 'run') return prices
  if (view === 'guide')
    return [['view', view], ...(topic === DEFAULT_TOPIC ? [] : [['topic', topic] as const]), ...prices]
  const named: readonly Pair[] = compared.map(link => ['compare', link])
  const own = {compare: named, sweep, recommend: search, bench}
  return [['view', view], ...(view in own ? own[view as keyof typeof own] : []), ...prices]
}

/** A compared scenario within a link: its own link, without the version the outer one has already. */
export function linkOfCompared(scenario: Scenario): string {
  return encodeScenario(scenario).replace(/^v=1&?/, '')
}

export function comparedFromLink(link: string): Scenario {
  return decodeScenario(link).scenario
}
