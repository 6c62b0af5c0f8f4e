import type {RecordKind} from '../../../store/library-record.ts'
import {MAX_COMPARED} from '../links/page-link.ts'
import type {LibraryState} from './library.svelte.ts'
import {itemsOf, type LibraryItem, queryItems, type Sort} from './records.ts'

/** What of the Library is on screen, and what is chosen in it. */
export class LibraryList {
  text = $state('')
  kind: RecordKind | null = $state(null)
  sort: Sort = $state('newest')
  /** The largest come first, to be chosen for deletion. */
  isMakingRoom = $state(false)
  /** In the order they were chosen in, which is the order they are compared in. */
  #chosen: readonly string[] = $state.raw([])
  readonly #library: LibraryState

  constructor(library: LibraryState) {
    this.#library = library
  }

  readonly items: readonly LibraryItem[] = $derived.by(() => itemsOf(this.#library))
  readonly shown: readonly LibraryItem[] = $derived.by(() => queryItems(this.items, this))
  /** Chosen records that are still there. */
  readonly chosen: readonly LibraryItem[] = $derived.by(() =>
    this.#chosen.flatMap(key => this.items.find(item => item.key === key) ?? []),
  )
  readonly chosenRuns: readonly string[] = $derived.by(() =>
    this.chosen.flatMap(({kind, summary}) => (kind === 'run' ? [summary.id] : [])),
  )
  readonly totalBytes: number = $derived(sumBytes(this.items))
  readonly chosenBytes: number = $derived(sumBytes(this.chosen))

  get canCompare(): boolean {
    return this.chosenRuns.length >= 2 && this.chosenRuns.length <= MAX_COMPARED
  }

  isChosen(key: string): boolean {
    return this.#chosen.includes(key)
  }

  choose(key: string, isChosen: boolean): void {
    const others = this.#chosen.filter(other => other !== key)
    this.#chosen = isChosen ? [...others, key] : others
  }

  chooseShown = (): void => {
    this.#chosen = [...new Set([...this.#chosen, ...this.shown.map(({key}) => key)])]
  }

  chooseNone = (): void => {
    this.#chosen = []
  }

  makeRoom = (): void => {
    this.isMakingRoom = true
    this.kind = null
    this.text = ''
    this.sort = 'size'
  }

  leaveRoom = (): void => {
    this.isMakingRoom = false
    this.sort = 'newest'
    this.chooseNone()
  }
}

function sumBytes(items: readonly LibraryItem[]): number {
  return items.reduce((sum, {summary}) => sum + summary.sizeBytes, 0)
}
