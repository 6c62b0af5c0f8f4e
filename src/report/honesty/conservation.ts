import type {EngineRecord, RequestColumns} from '../../engine/record/record.ts'
import type {PolicyDetail} from '../../policies/policy-detail.ts'
import type {ScalingRecord} from '../../scaling/record.ts'
import {answerTokens} from '../longest-request.ts'
import type {ReferenceReport} from '../report.ts'
import {completedInArrivalOrder, isInOrder} from '../request-measures.ts'
import type {CheckedTokens, RunTally} from '../streamed/run-tally.ts'

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
  /** Of a prompt and its answer together (`longestRequestTokens`); absent = no limit. */
  readonly longestTokens?: number
  /** Of a streamed run, whose `engine` has a sample of the requests alone; absent = it has all of them. */
  readonly tally?: RunTally
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

function checkRequests({report, engine: {requests}, tally}: CheckedRun): ConservationCheck {
  const all = tally?.expected ?? requests.count
  let unfinished = tally?.unfinished ?? 0
  if (tally === undefined)
    for (let r = 0; r < requests.count; r++) if (!(requests.emittedTokens[r]! > 0)) unfinished++
  const {num_requests, completed_requests} = report
  const notArrived = all - num_requests
  return {
    name: 'Every request of the trace arrived, and is either completed or unfinished',
    passes: notArrived === 0 && num_requests === completed_requests + unfinished,
    detail: `${num_requests} arrived of ${all} = ${completed_requests} completed + ${unfinished} unfinished`,
  }
}

/** Tokens are counted in two places while a run goes on: per request, and as gaps between tokens. */
function checkTokens(run: CheckedRun, completed: Completed): ConservationCheck {
  const {report, tally} = run
  const {asked, emitted, gaps} = tally?.tokens ?? countTokens(run, completed)
  return {
    name: 'Completed requests got the tokens they asked for, and every gap between tokens is counted',
    passes:
      asked === emitted &&
      gaps === emitted - (tally?.completed ?? completed.length) &&
      report.total_output_tokens === asked,
    detail: `${asked} asked for, ${emitted} emitted, ${gaps} gaps`,
  }
}

function countTokens(
  {engine, longestTokens = Number.POSITIVE_INFINITY}: CheckedRun,
  completed: Completed,
): CheckedTokens {
  const {requests, tokenGaps} = engine
  const tokens = {asked: 0, emitted: 0, gaps: 0}
  for (const r of completed) {
    tokens.asked += answerTokens(requests.inputLength[r]!, requests.outputLength[r]!, longestTokens)
    tokens.emitted += requests.emittedTokens[r]!
  }
  for (let i = 0; i < tokenGaps.length; i++) tokens.gaps += tokenGaps.count[i]!
  return tokens
}

function checkOrder({engine: {requests, endMs}, tally}: CheckedRun, completed: Completed): ConservationCheck {
  const wrong =
    tally === undefined
      ? (completed.find(r => !isInOrder(requests, r, endMs)) ?? -1)
      : Math.max(tally.outOfOrder, tally.totals.durationMs <= endMs ? -1 : 0)
  return {
    name: 'No request is admitted before it arrives, and its tokens come in order',
    passes: wrong < 0,
    detail:
      wrong < 0 ? 'arrival ≤ admission ≤ first token ≤ second ≤ last ≤ end of the run' : `request ${wrong}`,
  }
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
    detail: wrong === undefined ? wholeOrSample(workers.length, requests) : `request ${wrong}`,
  }
}

function wholeOrSample(instances: number, {count, sampled}: RequestColumns): string {
  return sampled === undefined
    ? `${instances} instances`
    : `${instances} instances, ${count} of ${sampled.of} requests`
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
