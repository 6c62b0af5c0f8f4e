import {describe, expect, test} from 'vitest'
import {expectAlike, expectSamePictures} from '../../test/support/streamed-alike.ts'
import {
  generatedRun,
  POOLS_12,
  POOLS_16,
  QUICK_PLANNER,
  QUICK_PLANNER_16,
  rank,
  scenarioOfFlags,
} from '../../test/support/streamed-runs.ts'
import {initialScaling} from '../config/scaling/initial-scaling.ts'
import type {Scenario} from '../config/scenario.ts'
import {computePictures} from '../report/compute-pictures.ts'
import {formatPerRequestLines} from '../report/per-request.ts'

function scenarioOf(flags: string, planner?: object): Scenario {
  return {...scenarioOfFlags(flags, planner), engineTiming: 'polynomial'}
}

const TURNS =
  '--turns-per-session 4 --inter-turn-delay-ms 700 --input-tokens 1500 --output-tokens 40 --request-count 230 --arrival-interval-ms 55'
const SHARED_TURNS = `${TURNS} --shared-prefix-ratio 0.4 --num-prefix-groups 5`
/** A turn follows at once, and many end at one moment. */
const HASTY =
  '--turns-per-session 3 --inter-turn-delay-ms 0 --input-tokens 300 --output-tokens 20 --request-count 250 --arrival-interval-ms 0'

const CASES: readonly (readonly [string, Scenario])[] = [
  ['1.2.1, sessions', scenarioOf(`${TURNS} --num-workers 3 --objective ttft=200,itl=15,share=0.9`)],
  ['1.2.1, sessions that share prefixes', scenarioOf(`${SHARED_TURNS} --num-workers 3`)],
  [
    '1.2.1, sessions that share prefixes in small caches behind a KV router',
    scenarioOf(
      `${SHARED_TURNS} --router-mode kv_router --num-workers 4 --extra-engine-args {"num_gpu_blocks":300}`,
    ),
  ],
  [
    '1.2.1, sessions of two pools',
    scenarioOf(`${TURNS} ${POOLS_12} --num-prefill-workers 2 --num-decode-workers 2`),
  ],
  [
    '1.2.1, sessions in a hurry that are pre-empted',
    scenarioOf(`${HASTY} --num-workers 2 --extra-engine-args {"block_size":16,"num_gpu_blocks":300}`),
  ],
  ['1.2.1, sessions in a closed loop', scenarioOf(`${SHARED_TURNS} --num-workers 3 --replay-concurrency 20`)],
  ['1.2.1, sessions at a faster clock', scenarioOf(`${TURNS} --num-workers 3 --arrival-speedup-ratio 1.7`)],
  [
    '1.2.1, sessions under a planner',
    scenarioOf(
      '--turns-per-session 5 --inter-turn-delay-ms 4000 --input-tokens 3000 --output-tokens 150 --request-count 300 --arrival-interval-ms 400 --num-workers 1',
      QUICK_PLANNER,
    ),
  ],
  ['1.2.1, sessions under HPA', {...scenarioOf(`${TURNS} --num-workers 1`), scaling: initialScaling('hpa')}],
  [
    '1.2.1, sessions on SGLang',
    scenarioOf(`${TURNS} --num-workers 3 --extra-engine-args {"engine_type":"sglang"}`),
  ],
  [
    '1.6.1, sessions',
    scenarioOf(
      `--dynamo 1.6.1 ${TURNS} --num-workers 3 --objective ttft=200,itl=15,share=0.9 --sla-ttft-ms 300 --sla-itl-ms 12`,
    ),
  ],
  [
    '1.6.1, sessions that begin by chance',
    scenarioOf(
      `--dynamo 1.6.1 ${SHARED_TURNS.replace('--arrival-interval-ms 55', '--request-rate 18')} --num-workers 3`,
    ),
  ],
  [
    '1.6.1, sessions that share prefixes in small caches behind a KV router',
    scenarioOf(
      `${SHARED_TURNS} --router-mode kv_router --num-workers 4 --kv-event-lag-ms 50 --extra-engine-args ${rank({num_gpu_blocks: 300})}`,
    ),
  ],
  [
    '1.6.1, sessions on TensorRT-LLM',
    scenarioOf(
      `${SHARED_TURNS} --num-workers 3 --extra-engine-args ${rank({backend: 'trtllm', num_gpu_blocks: 400})}`,
    ),
  ],
  [
    '1.6.1, sessions of two pools',
    scenarioOf(`${SHARED_TURNS} ${POOLS_16} --num-prefill-workers 2 --num-decode-workers 2`),
  ],
  [
    '1.6.1, sessions in a hurry that are pre-empted',
    scenarioOf(`${HASTY} --num-workers 2 --extra-engine-args ${rank({block_size: 16, num_gpu_blocks: 300})}`),
  ],
  [
    '1.6.1, sessions in a closed loop',
    scenarioOf(
      `--dynamo 1.6.1 ${SHARED_TURNS.replace(' --arrival-interval-ms 55', '')} --num-workers 3 --replay-concurrency 20`,
    ),
  ],
  [
    '1.6.1, sessions of which turns are refused by the decode pool',
    scenarioOf(
      `${TURNS} --num-prefill-workers 2 --num-decode-workers 1 --prefill-engine-args ${rank({worker_type: 'prefill'})} ` +
        `--decode-engine-args ${rank({worker_type: 'decode', max_model_len: 1000})}`,
    ),
  ],
  [
    '1.6.1, sessions under KPA',
    {...scenarioOf(`--dynamo 1.6.1 ${TURNS} --num-workers 1`), scaling: initialScaling('kpa')},
  ],
  [
    '1.6.1, sessions under a planner',
    scenarioOf(
      '--dynamo 1.6.1 --turns-per-session 5 --inter-turn-delay-ms 4000 --input-tokens 3000 --output-tokens 150 --request-count 240 --arrival-interval-ms 400 --num-workers 1',
      QUICK_PLANNER_16,
    ),
  ],
]

describe('a run of sessions that keeps no requests says the same as one that keeps them:', () => {
  test.each(CASES)('%s', async (_, scenario) => {
    const kept = await generatedRun(scenario, Number.POSITIVE_INFINITY)
    const lines: string[] = []
    const streamed = await generatedRun(scenario, 0, lines)
    const keptLines = [...formatPerRequestLines(kept.engine.requests)]
    expect(lines).toEqual(Array.from(kept.engine.requests.arrivalOrder, request => keptLines[request]))
    expectAlike(streamed, kept)
    const {sampled, ...rows} = streamed.engine.requests
    expect(rows).toEqual(kept.engine.requests)
    expect(sampled?.of).toBe(rows.count)
    expectSamePictures(computePictures({...streamed, scenario}), computePictures({...kept, scenario}))
  })

  test('turns of one session wait for each other, and come between those of others', async () => {
    const {engine} = await generatedRun(scenarioOf(`${TURNS} --num-workers 3`), 0)
    const {arrivalMs, lastTokenMs, arrivalOrder} = engine.requests
    for (let request = 0; request < 920; request++)
      if (request % 4 > 0) expect(arrivalMs[request]! - lastTokenMs[request - 1]!).toBeCloseTo(700, 6)
    expect(arrivalOrder).not.toEqual(arrivalOrder.toSorted())
  })
})
