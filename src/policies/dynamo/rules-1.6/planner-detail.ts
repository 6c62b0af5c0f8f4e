import type {LoadExplanation16} from './pool-load.ts'
import type {LoadReason16, ThroughputReason16} from './reasons.ts'
import type {ThroughputExplanation16} from './throughput-scaling.ts'
import {tickFields16} from './tick-fields.ts'
import type {TickRecord16} from './tick-record.ts'

/** What 1.6.1's planner saw, estimated and decided at one tick, beyond what every policy's tick has. Plain data. */
export interface DynamoDetail16 {
  readonly policy: 'dynamo'
  readonly release: '1.6.1'
  readonly is_load: boolean
  readonly is_throughput: boolean
  readonly load_reason: LoadReason16 | null
  readonly throughput_reason: ThroughputReason16 | null
  /** The tick in the fields of `--diagnostics-json`. */
  readonly fields: Readonly<Record<string, unknown>>
  /** The decisions with all they looked at, for the decision inspector; null = not taken. */
  readonly explanation: {
    readonly load: LoadExplanation16 | null
    readonly throughput: ThroughputExplanation16 | null
  }
}

export function detailOf(record: TickRecord16): DynamoDetail16 {
  const {tick, outcome} = record
  return {
    policy: 'dynamo',
    release: '1.6.1',
    is_load: tick.isLoad,
    is_throughput: tick.isThroughput,
    load_reason: outcome.loadReason,
    throughput_reason: outcome.throughputReason,
    fields: tickFields16(record),
    explanation: {
      load: outcome.load?.explanation ?? null,
      throughput: outcome.throughput?.explanation ?? null,
    },
  }
}
