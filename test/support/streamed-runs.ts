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

/** The same of 1.6.1. */
export const QUICK_PLANNER_16 = {
  mode: 'agg',
  optimization_target: 'sla',
  enable_load_scaling: true,
  enable_throughput_scaling: false,
  load_adjustment_interval_seconds: 5,
  ttft_ms: 800,
  itl_ms: 30,
}

/** Engine args of 1.6.1, as a flag without spaces. */
export function rank(engine: object): string {
  return JSON.stringify({engine})
}

/** Two pools with the rest at its defaults. */
export const POOLS_12 =
  '--prefill-engine-args {"worker_type":"prefill"} --decode-engine-args {"worker_type":"decode"}'
export const POOLS_16 = `--prefill-engine-args ${rank({worker_type: 'prefill'})} --decode-engine-args ${rank({worker_type: 'decode'})}`

/** Flags of engine args, one pool or two of two instances each. */
export const engine12 = (args: object) => `--extra-engine-args ${JSON.stringify(args)}`
export const engine16 = (args: object) => `--extra-engine-args ${JSON.stringify({engine: args})}`
export const pools = (prefill: object, decode: object) =>
  `--num-prefill-workers 2 --num-decode-workers 2 --prefill-engine-args ${JSON.stringify(prefill)} --decode-engine-args ${JSON.stringify(decode)}`

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
