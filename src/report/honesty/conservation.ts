import type {EngineRecord, RequestColumns} from '../../engine/record/record.ts'
import type {PolicyDetail} from '../../policies/policy-detail.ts'
import type {ScalingRecord} from '../../scaling/record.ts'
import type {ReferenceReport} from '../report.ts'
import {completedInArrivalOrder} from '../request-measures.ts'

/** One law a result must obey whatever the scenario, checked on the result itself. */
export interface ConservationCheck {
  readonly name: string
  readonly passes: boolean
  /** The figures compared, or the first request that breaks the law. */
  readonly detail: string
}

export interface CheckedRun {
  readonly report: ReferenceReport
  readonly engine: EngineRecord
  /** null for a plain run. */
  readonly scaling: ScalingRecord<PolicyDetail> | null
}

/** The completed requests, in the order of their arrival. */
type Completed = ReturnType<typeof completedInArrivalOrder>

export function checkConservation(run: CheckedRun): ConservationCheck[] {
  const completed = completedInArrivalOrder(run.engine.requests)
  return [
    checkRequests(run),
    checkTokens(run, completed),
    checkOrder(run, completed),
    checkInstances(run, completed),
    checkTicks(run),
  ]
}

function checkRequests({report, engine: {requests}}: CheckedRun): ConservationCheck {
  let unfinished = 0
  for (let r = 0; r < requests.count; r++) if (!(requests.emittedTokens[r]! > 0)) unfinished++
  const {num_requests, completed_requests} = report
  const notArrived = requests.count - num_requests
  return {
    name: 'Every request of the trace arrived, and is either completed or unfinished',
    passes: notArrived === 0 && num_requests === completed_requests + unfinished,
    detail: `${num_requests} arrived of ${requests.count} = ${completed_requests} completed + ${unfinished} unfinished`,
  }
}

/** Tokens are counted in two places while a run goes on: per request, and as gaps between tokens. */
function checkTokens(
  {report, engine: {requests, tokenGaps}}: CheckedRun,
  completed: Completed,
): ConservationCheck {
  let asked = 0
  let emitted = 0
  let gaps = 0
  for (const r of completed) {
    asked += requests.outputLength[r]!
    emitted += requests.emittedTokens[r]!
  }
  for (let i = 0; i < tokenGaps.length; i++) gaps += tokenGaps.count[i]!
  return {
    name: 'Completed requests got the tokens they asked for, and every gap between tokens is counted',
    passes: asked === emitted && gaps === emitted - completed.length && report.total_output_tokens === asked,
    detail: `${asked} asked for, ${emitted} emitted, ${gaps} gaps`,
  }
}

function checkOrder({engine: {requests, endMs}}: CheckedRun, completed: Completed): ConservationCheck {
  const wrong = completed.find(r => !isInOrder(requests, r, endMs)) ?? -1
  return {
    name: 'No request is admitted before it arrives, and its tokens come in order',
    passes: wrong < 0,
    detail:
      wrong < 0 ? 'arrival ≤ admission ≤ first token ≤ second ≤ last ≤ end of the run' : `request ${wrong}`,
  }
}

function isInOrder(requests: RequestColumns, r: number, endMs: number): boolean {
  const first = requests.firstTokenMs[r]!
  const second = requests.emittedTokens[r]! >= 2 ? requests.secondTokenMs[r]! : first
  const admit = requests.firstAdmitMs[r]!
  const last = requests.lastTokenMs[r]!
  return (
    requests.arrivalMs[r]! <= admit && admit <= first && first <= second && second <= last && last <= endMs
  )
}

function checkInstances({engine: {requests, workers}}: CheckedRun, completed: Completed): ConservationCheck {
  const byId = new Map(workers.map(worker => [worker.id, worker]))
  const wrong = completed.find(r => {
    const worker = byId.get(requests.workerId[r]!)
    if (worker === undefined || worker.readyMs === null) return true
    return (
      requests.firstTokenMs[r]! < worker.readyMs || requests.lastTokenMs[r]! > (worker.exitMs ?? Infinity)
    )
  })
  return {
    name: 'Every token came from an instance that was up at the time',
    passes: wrong === undefined,
    detail: wrong === undefined ? `${workers.length} instances` : `request ${wrong}`,
  }
}

function checkTicks({scaling}: CheckedRun): ConservationCheck {
  const ticks = scaling?.ticks ?? []
  const back = ticks.findIndex((tick, i) => i > 0 && tick.now_s < ticks[i - 1]!.now_s)
  return {
    name: 'The planner never goes back in time',
    passes: back < 0,
    detail: back < 0 ? `${ticks.length} ticks` : `tick ${back + 1}`,
  }
}
