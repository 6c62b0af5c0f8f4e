import type {KeptInput} from '../../../store/kept-input.ts'
import type {KeptTrace} from '../../../store/kept-trace.ts'
import type {RecordKind} from '../../../store/library-record.ts'
import type {SavedComparison} from '../../../store/saved-comparison.ts'
import type {RunSummary} from '../../../store/saved-run.ts'
import type {SavedSearch} from '../../../store/saved-search.ts'
import type {SavedSweep} from '../../../store/saved-sweep.ts'
import {presetOf, scenarioSentence} from '../scenario/run-names.ts'
import type {LibraryState} from './library.svelte.ts'

/** A record as the list shows it, whatever its kind. */
export type LibraryItem = {readonly key: string; readonly isStored: boolean} & (
  | {readonly kind: 'run'; readonly summary: RunSummary}
  | {readonly kind: 'sweep'; readonly summary: SavedSweep}
  | {readonly kind: 'search'; readonly summary: SavedSearch}
  | {readonly kind: 'comparison'; readonly summary: SavedComparison}
  | {readonly kind: 'trace'; readonly summary: KeptTrace}
  | {readonly kind: 'input'; readonly summary: KeptInput}
)

export const KIND_TITLES: Readonly<Record<RecordKind, string>> = {
  run: 'Runs',
  sweep: 'Sweeps',
  search: 'Searches',
  comparison: 'Comparisons',
  trace: 'Traces',
  input: 'Profiles and models',
}

export const SORTS = [
  {id: 'newest', title: 'Newest first'},
  {id: 'oldest', title: 'Oldest first'},
  {id: 'name', title: 'Name'},
  {id: 'size', title: 'Largest first'},
] as const
export type Sort = (typeof SORTS)[number]['id']

export interface Query {
  readonly text: string
  readonly kind: RecordKind | null
  readonly sort: Sort
}

export function itemsOf({
  runs,
  sweeps,
  searches,
  comparisons,
  traces,
  inputs,
}: LibraryState): readonly LibraryItem[] {
  return [
    ...runs.entries.map(entry => ({...entry, kind: 'run' as const, key: keyOf('run', entry.summary.id)})),
    ...sweeps.entries.map(entry => ({
      ...entry,
      kind: 'sweep' as const,
      key: keyOf('sweep', entry.summary.id),
    })),
    ...searches.entries.map(entry => ({
      ...entry,
      kind: 'search' as const,
      key: keyOf('search', entry.summary.id),
    })),
    ...comparisons.entries.map(entry => ({
      ...entry,
      kind: 'comparison' as const,
      key: keyOf('comparison', entry.summary.id),
    })),
    ...traces.entries.map(entry => ({
      ...entry,
      kind: 'trace' as const,
      key: keyOf('trace', entry.summary.id),
    })),
    ...inputs.entries.map(entry => ({
      ...entry,
      kind: 'input' as const,
      key: keyOf('input', entry.summary.id),
    })),
  ]
}

export function keyOf(kind: RecordKind, id: string): string {
  return `${kind} ${id}`
}

/** Records that have every word of the query somewhere, in the order asked for. */
export function queryItems(items: readonly LibraryItem[], {text, kind, sort}: Query): readonly LibraryItem[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const isWanted = (item: LibraryItem) =>
    (kind === null || item.kind === kind) && words.every(word => searchText(item).includes(word))
  return items.filter(isWanted).sort(COMPARE[sort])
}

const COMPARE: Readonly<Record<Sort, (a: LibraryItem, b: LibraryItem) => number>> = {
  newest: (a, b) => b.summary.createdAtMs - a.summary.createdAtMs || byKey(a, b),
  oldest: (a, b) => a.summary.createdAtMs - b.summary.createdAtMs || byKey(a, b),
  name: (a, b) => a.summary.name.localeCompare(b.summary.name, 'en', {numeric: true}) || byKey(a, b),
  size: (a, b) => b.summary.sizeBytes - a.summary.sizeBytes || byKey(a, b),
}

function byKey(a: LibraryItem, b: LibraryItem): number {
  return a.key < b.key ? -1 : 1
}

/** Lower-case, by record: a record that changes is a new object. */
const SEARCH_TEXTS = new WeakMap<object, string>()

function searchText(item: LibraryItem): string {
  const known = SEARCH_TEXTS.get(item.summary)
  if (known !== undefined) return known
  const text = [item.kind, item.summary.name, item.summary.notes, ...wordsOf(item)].join('\n').toLowerCase()
  SEARCH_TEXTS.set(item.summary, text)
  return text
}

function wordsOf(item: LibraryItem): readonly string[] {
  switch (item.kind) {
    case 'run':
    case 'sweep': {
      const {scenario, traceTitle} = item.summary
      const knobs =
        item.kind === 'sweep' ? [item.summary.spec.first.key, item.summary.spec.second?.key ?? ''] : []
      return [scenarioSentence(scenario, traceTitle), presetOf(scenario)?.title ?? '', ...knobs]
    }
    case 'search': {
      const {scenario, traceTitle, sentence, spec} = item.summary
      return [scenarioSentence(scenario, traceTitle), sentence, spec.space]
    }
    case 'comparison':
      return item.summary.runs.map(({name}) => name)
    case 'input':
      return [item.summary.what, item.summary.fileName, item.summary.id]
    case 'trace':
      return [item.summary.fileName, item.summary.id]
  }
}
