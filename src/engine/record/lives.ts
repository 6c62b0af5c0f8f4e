import type {LoadRecorder} from './instance-loads.ts'
import type {LoadLane} from './load-lane.ts'
import type {EngineRecord, InstanceRecord, RequestColumns} from './record.ts'

/** What is recorded of one instance, from its start to its end. */
export interface RecordedLife {
  readonly record: InstanceRecord
  readonly load: LoadLane
}

interface Pool {
  readonly lives: readonly RecordedLife[]
}

/** The parts of a record that a picture of the run so far is drawn from: the engine's own, which go on changing. */
export interface EngineGlance {
  readonly instances: readonly InstanceRecord[]
  readonly arrivedRequests: number
  readonly requests: RequestColumns
  /** Instead of `requests`, where their rows are used again; null = all rows are there. */
  readonly finished: FinishedSoFar | null
}

/** First tokens of the requests that are over. */
export interface FinishedSoFar {
  readonly count: number
  /** Sum over them. */
  readonly ttftMs: number
}

type Recorded = Pick<EngineGlance, 'requests' | 'finished'> & {readonly arrivedCount: number}

/** An aggregated fleet has one pool, `main`; of two that of prefill comes first. */
export function livesOf(prefill: Pool | null, main: Pool): readonly RecordedLife[] {
  return prefill === null ? main.lives : [...prefill.lives, ...main.lives]
}

export function glanceAt(
  lives: readonly RecordedLife[],
  {arrivedCount, requests, finished}: Recorded,
): EngineGlance {
  return {instances: lives.map(({record}) => record), arrivedRequests: arrivedCount, requests, finished}
}

/** The columns that a record has of its instances. */
export function recordedLives(
  lives: readonly RecordedLife[],
  loads: LoadRecorder,
): Pick<EngineRecord, 'workers' | 'loads'> {
  return {workers: lives.map(({record}) => record), loads: loads.columns(lives.map(({load}) => load))}
}
