import type {ScenarioOfPrediction} from '../../../config/prediction/scenario-from-prediction.ts'
import type {Scenario, TraceSource} from '../../../config/scenario.ts'
import type {Result} from '../../../core/result.ts'

/** What pasted text is read as; `engine` means the pool its worker_type names, or the only one. */
export type PasteKind = 'detect' | 'command' | 'planner' | 'engine' | 'prefill' | 'decode' | 'prediction'

/** A file the text names and a page cannot open: the user gives it. */
export interface NeededFile {
  readonly what: 'trace' | 'planner config' | 'policy settings' | 'profile'
  readonly flag: string
  readonly path: string
}

/** Another reading of what was pasted, to choose by a button. */
export interface PasteOffer {
  /** On the button. */
  readonly label: string
  readonly why: string
  readonly scenario: Scenario
}

export interface Pasted {
  /** What the text was read as, for people. */
  readonly what: string
  readonly scenario: Scenario
  /** Understood, and passed over or worth knowing. */
  readonly notes: readonly string[]
  /** Neither read nor known: a typing mistake, most likely. */
  readonly notUnderstood: readonly string[]
  readonly files: readonly NeededFile[]
  readonly offers?: readonly PasteOffer[]
}

export interface PasteContext {
  readonly kind: PasteKind
  /** What the text changes. */
  readonly current: Scenario
  /** Traces that can be chosen, by the name of their file. */
  readonly traces: ReadonlyMap<string, TraceSource>
  /** Reads a file of `aisimulate predict`: it asks of models what only the worker knows. */
  readonly readPrediction: (document: unknown) => Promise<Result<ScenarioOfPrediction>>
}

export function profileOf(flag: string, path: string): NeededFile {
  return {what: 'profile', flag, path}
}
