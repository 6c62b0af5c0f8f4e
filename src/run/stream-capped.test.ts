import {describe, expect, test} from 'vitest'
import {expectAlike, expectSameCurves} from '../../test/support/streamed-alike.ts'
import {generatedRun, scenarioOfFlags} from '../../test/support/streamed-runs.ts'
import {initialScaling} from '../config/scaling/initial-scaling.ts'
import type {Scenario} from '../config/scenario.ts'
import {computePictures} from '../report/compute-pictures.ts'
import {formatPerRequestLines} from '../report/per-request.ts'

function scenarioOf(flags: string): Scenario {
  return {...scenarioOfFlags(`--dynamo 1.6.1 ${flags}`), engineTiming: 'polynomial'}
}

const BASE = '--input-tokens 900 --output-tokens 40 --request-count 600'
const TURNS =
  '--turns-per-session 3 --inter-turn-delay-ms 700 --input-tokens 900 --output-tokens 40 --request-count 200'
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
  ['of sessions', scenarioOf(`${TURNS} --arrival-interval-ms 55 --num-workers 3 --max-sim-time-ms 9123`)],
  [
    'of sessions in a closed loop',
    scenarioOf(`${TURNS} --num-workers 2 --replay-concurrency 24 --max-sim-time-ms 5000`),
  ],
  [
    'of sessions in two pools',
    scenarioOf(`${TURNS} --arrival-interval-ms 55 ${POOLS} --max-sim-time-ms 8000`),
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
    const kept = await generatedRun(scenario, Number.POSITIVE_INFINITY)
    const lines: string[] = []
    const streamed = await generatedRun(scenario, 0, lines)
    const {arrivalMs, count, arrivalOrder} = kept.engine.requests
    const came = arrivalOrder.filter(request => request >= 0)
    const keptLines = [...formatPerRequestLines(kept.engine.requests)]
    expect(lines).toEqual(Array.from(came, request => keptLines[request]))
    expectAlike(streamed, kept)
    const {sampled, ...rows} = streamed.engine.requests
    expect(sampled?.of).toBe(came.length)
    expect(sampled?.number).toEqual(came.toSorted())
    expect(rows.arrivalMs).toEqual(Float64Array.from(sampled!.number, request => arrivalMs[request]!))
    if (came.length === count) expect(rows).toEqual(kept.engine.requests)
    expectSameCurves(computePictures({...streamed, scenario}), computePictures({...kept, scenario}))
  })
})
