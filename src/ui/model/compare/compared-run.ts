import type {FinishedRun} from '../run/run.svelte.ts'

export interface ComparedRun {
  readonly id: string
  readonly name: string
  readonly run: FinishedRun
}
