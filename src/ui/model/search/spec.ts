import type {Pair} from '../../../config/link/query-string.ts'
import {isObject} from '../../../core/is-object.ts'
import {READY_SPACE_IDS} from '../../../search/ready-space-ids.ts'

/** A search as the form and links hold it; objective and seed are the scenario's. */
export interface SearchSpec {
  /** A ready-made space by name, or JSON or YAML as it is typed; '' = the one that suits the scenario. */
  readonly space: string
  /** Runs of the whole trace at the most. */
  readonly budget: number
  /** Every run of a setting replays a trace generated with another seed; of those that have a generator. */
  readonly generatesAnew: boolean
  /** Seconds that the search may take; null = as long as it takes. */
  readonly timeLimitS: number | null
  /** What the answer may cost, in money or GPU-hours; null = anything. */
  readonly mostCost: number | null
}

export const DEFAULT_SPEC: SearchSpec = {
  space: '',
  budget: 200,
  generatesAnew: false,
  timeLimitS: null,
  mostCost: null,
}
export const BUDGETS = [40, 100, 200, 400, 1000] as const

/** What a search goes by that its spec may leave to the scenario and to this version. */
export interface SearchGrounds {
  /** The space itself, as JSON. */
  readonly space: string
  readonly seed: number
}

/**
 * The space itself, so that a version whose ready-made one is another searches the same; `space=planner-sla` while it is not
 * known; `seed=0`, which the scenario's own keys leave out; `budget=100`, `search-seeds=1` where the trace is generated anew for each run,
 * `search-time=60` in seconds, `search-cost=4` at the most.
 */
export function specPairs(spec: SearchSpec, grounds: SearchGrounds | null = null): readonly Pair[] {
  const {budget, generatesAnew, timeLimitS, mostCost} = spec
  const space = spaceInFull(spec, grounds?.space ?? null).trim()
  return [
    ...(space === '' ? [] : [['space', space] as const]),
    ...(grounds?.seed === 0 ? [['seed', '0'] as const] : []),
    ...(budget === DEFAULT_SPEC.budget ? [] : [['budget', String(budget)] as const]),
    ...(generatesAnew ? [['search-seeds', '1'] as const] : []),
    ...(timeLimitS === null ? [] : [['search-time', String(timeLimitS)] as const]),
    ...(mostCost === null ? [] : [['search-cost', String(mostCost)] as const]),
  ]
}

/** @param whole the space itself as JSON, in place of the name of a ready-made one; null = not known */
export function spaceInFull({space}: Pick<SearchSpec, 'space'>, whole: string | null): string {
  const typed = space.trim()
  const isReady = typed === '' || (READY_SPACE_IDS as readonly string[]).includes(typed)
  return isReady ? (whole ?? typed) : space
}

/** Its knobs are read with the form, and so is what may be YAML. */
function mayBeSpace(text: string): boolean {
  try {
    return isObject(JSON.parse(text))
  } catch {
    return /[:{]/.test(text)
  }
}

/** Total: what cannot be used falls back and is named. null without a search in the link. */
export function readSpec(pairs: readonly Pair[]): {spec: SearchSpec | null; ignored: readonly string[]} {
  const last = (key: string) => pairs.findLast(([own]) => own === key)?.[1]
  const space = last('space')
  const budget = last('budget')
  const seeds = last('search-seeds')
  const limits = {time: last('search-time'), cost: last('search-cost')}
  if ([space, budget, seeds, limits.time, limits.cost].every(given => given === undefined))
    return {spec: null, ignored: []}
  const ignored: string[] = []
  const limitOf = (name: 'time' | 'cost') => {
    const limit = limits[name] === undefined ? null : parseLimit(limits[name])
    if (limits[name] !== undefined && limit === null)
      ignored.push(`search-${name}=${limits[name].slice(0, 60)}`)
    return limit
  }
  const count = Number(budget ?? DEFAULT_SPEC.budget)
  const isCount = Number.isInteger(count) && count >= 1 && count <= 100_000
  if (!isCount) ignored.push(`budget=${budget?.slice(0, 60)}`)
  if (seeds !== undefined && seeds !== '1') ignored.push(`search-seeds=${seeds.slice(0, 60)}`)
  const isSpace =
    space === undefined || (READY_SPACE_IDS as readonly string[]).includes(space) || mayBeSpace(space)
  if (!isSpace) ignored.push(`space=${space.slice(0, 60)}`)
  return {
    spec: {
      space: isSpace ? (space ?? '') : '',
      budget: isCount ? count : DEFAULT_SPEC.budget,
      generatesAnew: seeds === '1',
      timeLimitS: limitOf('time'),
      mostCost: limitOf('cost'),
    },
    ignored,
  }
}

/** A number above 0 as it is typed; null for anything else. */
export function parseLimit(text: string): number | null {
  const limit = /^\d{1,9}(\.\d{1,6})?$/.test(text.trim()) ? Number(text) : 0
  return limit > 0 ? limit : null
}
