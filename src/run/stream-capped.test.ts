import {describe, expect, test} from 'vitest'
import {expectAlike, expectSameCurves} from '../../test/support/streamed-alike.ts'
import {finishedRun, preparedRun, scenarioOfFlags} from '../../test/support/streamed-runs.ts'
import {initialScaling} from '../config/scaling/initial-scaling.ts'
import type {Scenario} from '../config/scenario.ts'
import {computePictures} from '../report/compute-pictures.ts'
import {formatPerRequestLines} from '../report/per-request.ts'
import type {RunResult} from './run.ts'
import {trafficFrom} from './traffic.ts'

async function run(scenario: Scenario, streamsAbove: number, lines: string[] = []): Promise<RunResult> {
  const loadTraffic = trafficFrom(() => Promise.reject(new Error('all of it is generated')))
  const prepared = await preparedRun(scenario, {loadTraffic, streamsAbove})
  expect(prepared.inputs.streamed !== undefined).toBe(streamsAbove === 0)
  return finishedRun(prepared, lines)
}

function scenarioOf(flags: string): Scenario {
  return {...scenarioOfFlags(`--dynamo 1.6.1 ${flags}`), engineTiming: 'polynomial'}
}

const BASE = '--input-tokens 900 --output-tokens 40 --request-count 600'
const POOLS =
  '--num-prefill-workers 2 --num-decode-workers 2 --prefill-engine-args {"engine":{"worker_type":"prefill"}} --decode-engine-args {"engine":{"worker_type":"decode"}}'

const CASES: readonly (readonly [string, Scenario])[] = [
  ['in the middle', scenarioOf(`${BASE} --arrival-interval-ms 30 --num-workers 3 --max-sim-time-ms 9123`)],
  [
    'of a fleet that is overrun',
    scenarioOf(
      `${BASE} --arrival-interval-ms 4 --num-workers 2 --max-sim-time-ms 7000 --objective ttft=2000,itl=15,share=0.9 --sla-ttft-ms 300`,
    ),
  ],
  [
    'behind the last request',
    scenarioOf(`${BASE} --arrival-interval-ms 30 --num-workers 3 --max-sim-time-ms 90000`),
  ],
  ['at the first moment', scenarioOf(`${BASE} --arrival-interval-ms 30 --num-workers 3 --max-sim-time-ms 0`)],
  ['of a closed loop', scenarioOf(`${BASE} --num-workers 2 --replay-concurrency 24 --max-sim-time-ms 5000`)],
  ['of two pools', scenarioOf(`${BASE} --arrival-interval-ms 25 ${POOLS} --max-sim-time-ms 6000`)],
  [
    'behind a KV router',
    scenarioOf(
      `${BASE} --arrival-interval-ms 12 --router-mode kv_router --num-workers 3 --max-sim-time-ms 5001`,
    ),
  ],
  [
    'of requests of which some are cut or turned away',
    scenarioOf(
      `${BASE} --arrival-interval-ms 9 --num-workers 2 --max-sim-time-ms 4000 --extra-engine-args {"engine":{"block_size":16,"num_gpu_blocks":300,"max_model_len":920}}`,
    ),
  ],
  [
    'under KPA',
    {
      ...scenarioOf(`${BASE} --arrival-interval-ms 30 --num-workers 1 --max-sim-time-ms 12000`),
      scaling: initialScaling('kpa'),
    },
  ],
]

describe('a run that stops at a last moment and keeps no requests says the same as one that keeps them:', () => {
  test.each(CASES)('%s', async (_, scenario) => {
    const kept = await run(scenario, Number.POSITIVE_INFINITY)
    const lines: string[] = []
    const streamed = await run(scenario, 0, lines)
    const {arrivalMs, count, arrivalOrder} = kept.engine.requests
    const came = arrivalOrder.filter(request => request >= 0).length
    expect(lines).toEqual([...formatPerRequestLines(kept.engine.requests)].slice(0, came))
    expectAlike(streamed, kept)
    const {sampled, ...rows} = streamed.engine.requests
    expect(sampled?.of).toBe(came)
    expect([...rows.arrivalMs]).toEqual([...arrivalMs.subarray(0, came)])
    if (came === count) expect(rows).toEqual(kept.engine.requests)
    expectSameCurves(computePictures({...streamed, scenario}), computePictures({...kept, scenario}))
  })
})
