import {messageOf} from '../../../core/message-of.ts'
import type {Result} from '../../../core/result.ts'
import {
  type ImportReport,
  type ImportTarget,
  importLibrary,
  packEvidence,
  packRows,
  readEvidence,
} from '../../../store/import-library.ts'
import {type ExportedRecord, writeLibraryFile} from '../../../store/library-file.ts'
import {readRows} from '../../../store/saved-sweep.ts'
import type {LibraryState} from './library.svelte.ts'
import {itemsOf, keyOf, type LibraryItem} from './records.ts'

/** Records as one file. A comparison takes its runs along, for it is nothing without them. */
export async function exportFile(
  library: LibraryState,
  chosen: readonly LibraryItem[],
  nowMs: number,
): Promise<Blob> {
  const all = itemsOf(library)
  const wanted = new Set(chosen.map(({key}) => key))
  for (const item of chosen) {
    if (item.kind === 'comparison') for (const {id} of item.summary.runs) wanted.add(keyOf('run', id))
  }
  return writeLibraryFile(
    exported(
      library,
      all.filter(({key}) => wanted.has(key)),
    ),
    nowMs,
  )
}

export function exportName(nowMs: number): string {
  return `planner-replay-library-${new Date(nowMs).toISOString().slice(0, 10)}.zip`
}

async function* exported(
  library: LibraryState,
  items: readonly LibraryItem[],
): AsyncGenerator<ExportedRecord> {
  for (const item of items) {
    const body = await bodyOf(library, item)
    if (body.ok) yield {kind: item.kind, about: item.summary, body: body.value}
    else throw new Error(`‘${item.summary.name}’: ${body.error.message}`)
  }
}

async function bodyOf(
  library: LibraryState,
  {kind, summary}: LibraryItem,
): Promise<Result<Uint8Array<ArrayBuffer> | null>> {
  switch (kind) {
    case 'run':
      return library.packed(summary.id)
    case 'sweep': {
      const rows = await library.sweeps.body(summary.id)
      return rows.ok ? {ok: true, value: packRows(readRows(rows.value))} : rows
    }
    case 'search': {
      const body = await library.searches.body(summary.id)
      const evidence = body.ok ? readEvidence(body.value) : body
      return evidence.ok ? {ok: true, value: packEvidence(evidence.value)} : evidence
    }
    case 'trace': {
      const bytes = await library.traces.store.body(summary.id)
      return bytes.ok ? {ok: true, value: new Uint8Array(bytes.value)} : bytes
    }
    case 'input': {
      const bytes = await library.inputs.body(summary.id)
      return bytes.ok ? {ok: true, value: new Uint8Array(bytes.value)} : bytes
    }
    case 'comparison':
      return {ok: true, value: null}
  }
}

/** Takes in a file another browser, or this one, exported. */
export async function importFile(library: LibraryState, file: File): Promise<Result<ImportReport>> {
  let bytes: Uint8Array<ArrayBuffer>
  try {
    bytes = new Uint8Array(await file.arrayBuffer())
  } catch (error) {
    return {ok: false, error: {message: `${file.name} could not be read: ${messageOf(error)}`}}
  }
  // What other tabs have added counts as well.
  await library.load()
  const imported = await importLibrary(bytes, file.name, targetOf(library))
  await library.load()
  return imported
}

function targetOf(library: LibraryState): ImportTarget {
  return {
    nameOf: (kind, id) => {
      const shelf = library.shelf(kind)
      const unreadable = shelf.unreadable.find(record => record.id === id)
      return shelf.find(id)?.name ?? unreadable?.name ?? null
    },
    takenNames: kind => new Set(library.shelf(kind).entries.map(({summary}) => summary.name)),
    checkRun: packed => library.checkPacked(packed),
    save: (kind, about, body) => library.add(kind, about, body),
  }
}
