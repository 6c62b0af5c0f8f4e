import type {UseStore} from 'idb-keyval'
import {INPUTS, type KeptInput} from './kept-input.ts'
import {openStore} from './open-store.ts'
import {RecentStore} from './recent-store.ts'
import {RecordStore} from './record-store.ts'
import {COMPARISONS, type SavedComparison} from './saved-comparison.ts'
import {type PackedRun, RUNS, type RunSummary} from './saved-run.ts'
import {type SavedSearch, SEARCHES, type SearchEvidence} from './saved-search.ts'
import {type SavedRows, type SavedSweep, SWEEPS} from './saved-sweep.ts'
import {TraceStore} from './trace-store.ts'

/** Everything the Library keeps, by kind. */
export interface LibraryStore {
  readonly run: RecordStore<RunSummary, PackedRun>
  readonly sweep: RecordStore<SavedSweep, SavedRows>
  readonly search: RecordStore<SavedSearch, SearchEvidence>
  readonly comparison: RecordStore<SavedComparison, null>
  readonly traces: TraceStore
  /** Profiles and models of the user's own. */
  readonly inputs: RecordStore<KeptInput, ArrayBuffer>
}

/** Traces have a database of their own, as the first release gave them. */
export function createLibraryStore(
  open: (database: string, storeName: string) => UseStore = openStore,
): LibraryStore {
  const library = open('planner-replay', 'runs')
  return {
    run: new RecordStore<RunSummary, PackedRun>(RUNS, library),
    sweep: new RecordStore<SavedSweep, SavedRows>(SWEEPS, library),
    search: new RecordStore<SavedSearch, SearchEvidence>(SEARCHES, library),
    comparison: new RecordStore<SavedComparison, null>(COMPARISONS, library),
    inputs: new RecordStore<KeptInput, ArrayBuffer>(INPUTS, library),
    traces: new TraceStore(
      open('planner-replay-traces', 'files'),
      new RecentStore('planner-replay-recent-traces', 2, () =>
        open('planner-replay-recent-traces', 'recent'),
      ),
    ),
  }
}
