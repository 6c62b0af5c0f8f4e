import type {MemoryVerdict} from '../../../run/memory-forecast.ts'
import type {ScenarioState} from '../scenario/scenario.svelte.ts'
import type {TraceState} from '../trace/trace.svelte.ts'

export interface BeforeRun {
  readonly scenario: Pick<ScenarioState, 'problems' | 'timing'>
  readonly trace: Pick<TraceState, 'offer' | 'download' | 'loading' | 'problem'>
  readonly isBatchRunning: boolean
  readonly hasProfile: boolean
  /** Whether what the scenario replays is loaded, or needs no loading. */
  readonly isTraceReady: boolean
  readonly memory: MemoryVerdict
}

/** Why a run cannot start now, in a few words for beside its button; null = it can. */
export function whyBlocked({scenario, trace, memory, ...is}: BeforeRun): string | null {
  if (is.isBatchRunning) return 'A comparison is running'
  if (scenario.problems.size > 0) return problemWords(scenario.problems)
  if (scenario.timing === 'profile' && !is.hasProfile) return 'Engine timing profile needs an NPZ file'
  if (is.isTraceReady) return memory.kind === 'refused' ? 'More than this tab can hold' : null
  if (trace.offer !== null)
    return trace.download === null ? 'Download the trace first' : 'Downloading the trace…'
  return trace.loading === null && trace.problem !== null ? 'No trace to replay' : 'Loading the trace…'
}

/** Beside the button, where the field itself says what is wrong: once is enough. */
export const SAID_ABOVE = 'Mend the setting above first'

/** Whether it goes by itself: then there is nothing to mend, and no colour that says so. */
export function isWait(reason: string): boolean {
  return /(…| under way| is running)$/.test(reason)
}

function problemWords(problems: ReadonlyMap<string, string>): string {
  const [message = ''] = problems.values()
  return problems.size === 1 ? message : `${problems.size} fields to mend: ${message}`
}
