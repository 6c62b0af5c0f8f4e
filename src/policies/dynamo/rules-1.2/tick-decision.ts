import type {PlannerConfig} from '../../../config/scenario.ts'
import {
  type AggLoadInputs,
  type DisaggLoadInputs,
  decideAggLoad,
  decideDisaggLoad,
  type LoadDecision,
} from './load-scaling.ts'
import {
  type AggThroughputInputs,
  type DisaggThroughputInputs,
  decideAggThroughput,
  decideDisaggThroughput,
  type ThroughputDecision,
} from './throughput-scaling.ts'

/** What a decision is made from besides the planner config, which a run holds once. */
export type LoadGrounds =
  | ({readonly topology: 'agg'} & Omit<AggLoadInputs, 'config'>)
  | ({readonly topology: 'disagg'} & Omit<DisaggLoadInputs, 'config'>)

export type ThroughputGrounds =
  | ({readonly topology: 'agg'} & Omit<AggThroughputInputs, 'config'>)
  | ({readonly topology: 'disagg'} & Omit<DisaggThroughputInputs, 'config'>)

/** null = the tick took no such decision. */
export interface TickGrounds {
  readonly load: LoadGrounds | null
  readonly throughput: ThroughputGrounds | null
}

export function decideLoad(config: PlannerConfig, grounds: LoadGrounds): LoadDecision {
  return grounds.topology === 'agg'
    ? decideAggLoad({...grounds, config})
    : decideDisaggLoad({...grounds, config})
}

export function decideThroughput(config: PlannerConfig, grounds: ThroughputGrounds): ThroughputDecision {
  return grounds.topology === 'agg'
    ? decideAggThroughput({...grounds, config})
    : decideDisaggThroughput({...grounds, config})
}

export interface TickDecisions {
  readonly load: LoadDecision | null
  readonly throughput: ThroughputDecision | null
}

/** Both decisions of a tick. On a merged tick load scaling works with the bounds throughput scaling just set. */
export function decideTick(config: PlannerConfig, grounds: TickGrounds): TickDecisions {
  const throughput = grounds.throughput && decideThroughput(config, grounds.throughput)
  const load = grounds.load && decideLoad(config, withBounds(grounds.load, throughput?.bounds ?? null))
  return {load, throughput}
}

function withBounds(grounds: LoadGrounds, bounds: ThroughputDecision['bounds']): LoadGrounds {
  if (bounds === null) return grounds
  if (grounds.topology === 'agg') return {...grounds, pool: {...grounds.pool, throughputBound: bounds.decode}}
  const {prefill, decode} = grounds
  return {
    ...grounds,
    prefill: {...prefill, throughputBound: bounds.prefill ?? prefill.throughputBound},
    decode: {...decode, throughputBound: bounds.decode},
  }
}
