/** Runs of the tests that set what keeps no requests beside what keeps them. */
import {parseArguments} from '../../src/config/command-line/arguments.ts'
import {scenarioFromFlags} from '../../src/config/command-line/scenario-from-flags.ts'
import type {Scenario} from '../../src/config/scenario.ts'
import {assert} from '../../src/core/assert.ts'
import {formatPerRequestLine} from '../../src/report/per-request.ts'
import {type PreparedRun, prepareRun, type RunPorts, simulatePrepared} from '../../src/run/prepare-run.ts'
import type {RunResult} from '../../src/run/run.ts'
import {trafficFrom} from '../../src/run/traffic.ts'
import {expectOk, loaderFor} from './golden.ts'
import {PROJECT} from './shared.ts'

export function scenarioOfFlags(flags: string, planner?: object): Scenario {
  const trace = {kind: 'file', name: 'none', sha256: ''} as const
  const args = expectOk(parseArguments(flags.split(' ')))
  return expectOk(scenarioFromFlags(args, {trace, plannerConfig: planner})).scenario
}

/** A planner that scales within a trace of a minute or two. */
export const QUICK_PLANNER = {
  mode: 'agg',
  optimization_target: 'sla',
  ttft: 800,
  itl: 30,
  enable_load_scaling: true,
  load_adjustment_interval: 10,
  throughput_adjustment_interval: 60,
}

const timing = loaderFor(`${PROJECT}/static-traces`)

/** On a machine with all the memory there is. */
export async function preparedRun(
  scenario: Scenario,
  ports: Pick<RunPorts, 'loadTraffic' | 'streamsAbove'>,
): Promise<PreparedRun> {
  const memory = {bytes: Number.POSITIVE_INFINITY, of: 'this machine'} as const
  return expectOk(await prepareRun(scenario, {...ports, timing, memory, nowMs: () => 0}))
}

/** @param lines of `--per-request-jsonl`, in the order in which requests are over, where they are not kept */
export function finishedRun(prepared: PreparedRun, lines: string[] = []): RunResult {
  const steps = simulatePrepared({
    ...prepared,
    inputs: {
      ...prepared.inputs,
      onRequest: (requests, row, number) => lines.push(formatPerRequestLine(requests, row, number)),
    },
  })
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/** A run of generated traffic. @param streamsAbove requests above which it must keep none; 0 or infinite */
export async function generatedRun(
  scenario: Scenario,
  streamsAbove: number,
  lines: string[] = [],
): Promise<RunResult> {
  const loadTraffic = trafficFrom(() => Promise.reject(new Error('all of it is generated')))
  const prepared = await preparedRun(scenario, {loadTraffic, streamsAbove})
  assert(
    (prepared.inputs.streamed !== undefined) === (streamsAbove === 0),
    'it is streamed iff it is asked to be',
  )
  return finishedRun(prepared, lines)
}
