import type {DynamoTick} from '../../../report/dynamo-ticks.ts'
import type {PlannerReplayExtras} from '../../../report/report.ts'
import {formatValue} from '../../kit/format.ts'
import {isBlind} from './dynamo-decisions.ts'

export interface TickQuestion {
  /** What an operator asks at this tick. */
  readonly question: string
  /** What raises it, as users felt it; empty where nobody said what is asked. */
  readonly because: string
}

/** What the state at a tick raises: out of objective, why not more; within it, why not fewer; without estimates, why blind. */
export function tellQuestion(
  tick: DynamoTick,
  {burn, objective}: Pick<PlannerReplayExtras, 'burn' | 'objective'>,
): TickQuestion {
  const met = burn?.share_met[Math.floor(tick.now_s / burn.interval_s)] ?? null
  const isMissed = met !== null && objective != null && met < objective.share
  const because =
    met === null || objective == null
      ? ''
      : `${formatValue(met, 'share')} of the requests that arrived in this minute met the objective; ${formatValue(objective.share, 'share')} are asked for.`
  return {question: questionAt(tick, isMissed), because}
}

function questionAt(tick: DynamoTick, isMissed: boolean): string {
  if (isBlind(tick)) return 'Why was it blind?'
  const change = changeOf(tick)
  if (change > 0) return 'Why more?'
  if (change < 0) return isMissed ? 'Why fewer, though the objective was missed?' : 'Why fewer?'
  return isMissed ? 'Why not more?' : 'Why not fewer?'
}

/** Replicas that the tick asked for beyond those that serve. */
function changeOf({scale_to, active_prefill, active_decode}: DynamoTick): number {
  if (scale_to === undefined) return 0
  const prefill = (scale_to.num_prefill ?? active_prefill) - active_prefill
  return prefill + (scale_to.num_decode ?? active_decode) - active_decode
}
