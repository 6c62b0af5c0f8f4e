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
import type {Scaling, Scenario} from '../config/scenario.ts'
import {computePictures} from '../report/compute-pictures.ts'
import {formatPerRequestLines} from '../report/per-request.ts'

function scenarioOf(flags: string, planner?: object): Scenario {
  return {...scenarioOfFlags(flags, planner), engineTiming: 'polynomial'}
}

const CASES: readonly (readonly [string, Scenario])[] = [
  [
    'instances that keep up',
    scenarioOf(
      '--input-tokens 900 --output-tokens 40 --request-count 3000 --arrival-interval-ms 30 --num-workers 3 --objective ttft=200,itl=15,share=0.9',
    ),
  ],
  [
    'instances that are overrun and pre-empt',
    scenarioOf(
      '--input-tokens 500 --output-tokens 90 --request-count 1500 --arrival-interval-ms 4 --num-workers 2 --objective ttft=2000,itl=15,share=0.9 ' +
        '--extra-engine-args {"block_size":16,"num_gpu_blocks":300}',
    ),
  ],
  [
    'no prefix cache',
    scenarioOf(
      '--input-tokens 700 --output-tokens 33 --request-count 1500 --arrival-interval-ms 12 --num-workers 2 ' +
        '--extra-engine-args {"block_size":16,"num_gpu_blocks":900,"enable_prefix_caching":false}',
    ),
  ],
  [
    'a disaggregated fleet',
    scenarioOf(
      '--input-tokens 1200 --output-tokens 60 --request-count 1500 --arrival-interval-ms 25 --num-prefill-workers 2 --num-decode-workers 2 ' +
        '--prefill-engine-args {"worker_type":"prefill"} --decode-engine-args {"worker_type":"decode"}',
    ),
  ],
  [
    'a closed loop',
    scenarioOf(
      '--input-tokens 300 --output-tokens 20 --request-count 1200 --arrival-interval-ms 5 --num-workers 2 --replay-concurrency 24',
    ),
  ],
  ['one token each', scenarioOf('--input-tokens 64 --output-tokens 1 --request-count 800 --num-workers 1')],
  [
    'a planner',
    scenarioOf(
      '--input-tokens 3000 --output-tokens 150 --request-count 2500 --arrival-interval-ms 90 --num-workers 1',
      QUICK_PLANNER,
    ),
  ],
]

const CASES_16: readonly (readonly [string, Scenario])[] = [
  [
    'instances that keep up, arrivals drawn',
    scenarioOf(
      '--dynamo 1.6.1 --input-tokens 900 --output-tokens 40 --request-count 1000 --request-rate 30 --num-workers 3 --objective ttft=200,itl=15,share=0.9 ' +
        '--sla-ttft-ms 300 --sla-itl-ms 12',
    ),
  ],
  [
    'instances that are overrun and pre-empt',
    scenarioOf(
      '--input-tokens 500 --output-tokens 90 --request-count 700 --arrival-interval-ms 4 --num-workers 2 --objective ttft=2000,itl=15,share=0.9 ' +
        `--extra-engine-args ${rank({block_size: 16, num_gpu_blocks: 300})}`,
    ),
  ],
  [
    'answers that are cut at the model’s length',
    scenarioOf(
      '--input-tokens 60 --output-tokens 90 --request-count 800 --arrival-interval-ms 9 --num-workers 2 --objective ttft=2000,itl=15,share=0.9 ' +
        `--extra-engine-args ${rank({block_size: 16, num_gpu_blocks: 300, max_model_len: 100})}`,
    ),
  ],
  [
    'no prefix cache',
    scenarioOf(
      '--input-tokens 700 --output-tokens 33 --request-count 700 --arrival-interval-ms 12 --num-workers 2 ' +
        `--extra-engine-args ${rank({block_size: 16, num_gpu_blocks: 900, enable_prefix_caching: false})}`,
    ),
  ],
  [
    'TensorRT-LLM',
    scenarioOf(
      '--input-tokens 700 --output-tokens 33 --request-count 700 --arrival-interval-ms 12 --num-workers 2 ' +
        `--extra-engine-args ${rank({backend: 'trtllm', num_gpu_blocks: 400})}`,
    ),
  ],
  [
    'a disaggregated fleet',
    scenarioOf(
      '--input-tokens 1200 --output-tokens 60 --request-count 700 --arrival-interval-ms 25 --num-prefill-workers 2 --num-decode-workers 2 ' +
        `--prefill-engine-args ${rank({worker_type: 'prefill', kv_transfer_bytes_per_token: 131072, kv_transfer_bandwidth: 10})} ` +
        `--decode-engine-args ${rank({worker_type: 'decode'})}`,
    ),
  ],
  [
    'a disaggregated fleet with answers of one token and little room',
    scenarioOf(
      '--input-tokens 1200 --output-tokens 1 --request-count 700 --arrival-interval-ms 8 --num-prefill-workers 2 --num-decode-workers 1 ' +
        `--prefill-engine-args ${rank({worker_type: 'prefill', num_gpu_blocks: 200})} --decode-engine-args ${rank({worker_type: 'decode', num_gpu_blocks: 100})}`,
    ),
  ],
  [
    'a disaggregated fleet whose decode instances refuse everything',
    scenarioOf(
      '--input-tokens 1200 --output-tokens 5 --request-count 500 --arrival-interval-ms 8 --num-prefill-workers 2 --num-decode-workers 1 ' +
        `--prefill-engine-args ${rank({worker_type: 'prefill'})} --decode-engine-args ${rank({worker_type: 'decode', max_model_len: 1000})}`,
    ),
  ],
  [
    'a closed loop',
    scenarioOf(
      '--dynamo 1.6.1 --input-tokens 300 --output-tokens 20 --request-count 600 --num-workers 2 --replay-concurrency 24',
    ),
  ],
  [
    'one token each',
    scenarioOf(
      '--dynamo 1.6.1 --input-tokens 64 --output-tokens 1 --request-count 800 --num-workers 1 --arrival-interval-ms 1',
    ),
  ],
  [
    'a planner',
    scenarioOf(
      '--dynamo 1.6.1 --input-tokens 3000 --output-tokens 150 --request-count 1200 --arrival-interval-ms 90 --num-workers 1',
      QUICK_PLANNER_16,
    ),
  ],
]

/** By the queue, the load and the times to the first token, of which the last two are counted per request. */
const HPA_BY_TTFT = {
  policy: 'hpa',
  config: {
    pools: {
      all: {
        minReplicas: 1,
        maxReplicas: 6,
        metrics: [
          {
            type: 'External',
            external: {metric: {name: 'sum(waiting)'}, target: {type: 'AverageValue', averageValue: '5'}},
          },
          {
            type: 'External',
            external: {metric: {name: 'ttft(p95,60s)'}, target: {type: 'Value', value: '400m'}},
          },
        ],
      },
    },
  },
} as const

const RATE =
  '--input-tokens 2000 --output-tokens 60 --request-count 900 --arrival-interval-ms 90 --num-workers 1'
const RATE_DISAGG =
  '--input-tokens 2000 --output-tokens 60 --request-count 900 --arrival-interval-ms 90 --num-prefill-workers 1 --num-decode-workers 1'
/** The first requests wait for an instance to come. */
const KEDA_TO_NONE = {
  policy: 'keda',
  config: {
    pools: {
      all: {
        minReplicaCount: 0,
        maxReplicaCount: 4,
        pollingInterval: 5,
        cooldownPeriod: 20,
        triggers: [{type: 'prometheus', metadata: {query: 'queue', threshold: '3'}}],
      },
    },
  },
} as const

const POLICIES: readonly (readonly [string, Scaling])[] = [
  ...(['hpa', 'keda', 'kpa', 'schedule'] as const).map(policy => [policy, initialScaling(policy)] as const),
  ['hpa by TTFT', HPA_BY_TTFT],
  ['keda down to none', KEDA_TO_NONE],
]

const BOTH: readonly (readonly [string, Scenario])[] = POLICIES.flatMap(([name, scaling]) => [
  [`1.2.1, ${name}`, {...scenarioOf(RATE), scaling}],
  [`1.6.1, ${name}`, {...scenarioOf(`--dynamo 1.6.1 ${RATE}`), scaling}],
  [`1.2.1, ${name} of two pools`, {...scenarioOf(`${RATE_DISAGG} ${POOLS_12}`), scaling}],
  [`1.6.1, ${name} of two pools`, {...scenarioOf(`${RATE_DISAGG} ${POOLS_16}`), scaling}],
])

const ROUTED =
  '--router-mode kv_router --input-tokens 1500 --output-tokens 40 --request-count 900 --arrival-interval-ms 14'
const SGLANG = '--input-tokens 900 --output-tokens 50 --request-count 900 --arrival-interval-ms 9'
const TIGHT_12 =
  '{"engine_type":"sglang","num_gpu_blocks":6000,"block_size":1,"sglang":{"schedule_policy":"lpm"}}'

const ROUTERS_AND_SGLANG: readonly (readonly [string, Scenario])[] = [
  ['1.2.1, a KV router', scenarioOf(`${ROUTED} --num-workers 5`)],
  [
    '1.2.1, a KV router that holds requests back, drawn',
    scenarioOf(
      `${ROUTED} --num-workers 3 --router-config {"router_queue_threshold":1.2,"router_temperature":0.3,"router_queue_policy":"wspt"}`,
    ),
  ],
  [
    '1.2.1, a KV router without prefix caches',
    scenarioOf(
      `${ROUTED} --num-workers 4 --extra-engine-args {"enable_prefix_caching":false,"num_gpu_blocks":400}`,
    ),
  ],
  [
    '1.2.1, a KV router of two pools',
    scenarioOf(`${ROUTED} ${POOLS_12} --num-prefill-workers 3 --num-decode-workers 2`),
  ],
  [
    '1.2.1, a KV router under KPA',
    {...scenarioOf(`${ROUTED} --num-workers 2`), scaling: initialScaling('kpa')},
  ],
  ['1.6.1, a KV router', scenarioOf(`--dynamo 1.6.1 ${ROUTED} --num-workers 5`)],
  [
    '1.6.1, a KV router that holds requests back and hears late',
    scenarioOf(
      `--dynamo 1.6.1 ${ROUTED} --num-workers 3 --kv-event-lag-ms 40 --router-config {"router_queue_threshold":1.2,"router_temperature":0.3}`,
    ),
  ],
  [
    '1.6.1, a KV router of two pools',
    scenarioOf(`${ROUTED} ${POOLS_16} --num-prefill-workers 3 --num-decode-workers 2`),
  ],
  [
    '1.6.1, a KV router under KPA',
    {...scenarioOf(`--dynamo 1.6.1 ${ROUTED} --num-workers 2`), scaling: initialScaling('kpa')},
  ],
  ['1.2.1, SGLang', scenarioOf(`${SGLANG} --num-workers 3 --extra-engine-args {"engine_type":"sglang"}`)],
  ['1.2.1, SGLang with little room', scenarioOf(`${SGLANG} --num-workers 4 --extra-engine-args ${TIGHT_12}`)],
  [
    '1.2.1, SGLang in pages, two pools',
    scenarioOf(
      `${SGLANG} --num-prefill-workers 2 --num-decode-workers 2 --prefill-engine-args {"engine_type":"sglang","worker_type":"prefill","block_size":16} ` +
        '--decode-engine-args {"engine_type":"sglang","worker_type":"decode","block_size":16}',
    ),
  ],
  ['1.6.1, SGLang', scenarioOf(`${SGLANG} --num-workers 3 --extra-engine-args ${rank({backend: 'sglang'})}`)],
  [
    '1.6.1, SGLang with little room',
    scenarioOf(
      `${SGLANG} --num-workers 4 --extra-engine-args ${rank({backend: 'sglang', num_gpu_blocks: 6000})}`,
    ),
  ],
  [
    '1.6.1, SGLang, two pools behind a KV router',
    scenarioOf(
      `--router-mode kv_router ${SGLANG} --num-prefill-workers 2 --num-decode-workers 2 --prefill-engine-args ${rank({backend: 'sglang', worker_type: 'prefill', num_gpu_blocks: 20000})} ` +
        `--decode-engine-args ${rank({backend: 'sglang', worker_type: 'decode', num_gpu_blocks: 9000})}`,
    ),
  ],
]

const SHARED =
  '--shared-prefix-ratio 0.4 --num-prefix-groups 5 --input-tokens 1500 --output-tokens 40 --request-count 900 --arrival-interval-ms 13'

const SHARED_PREFIXES: readonly (readonly [string, Scenario])[] = [
  ['1.2.1, shared prefixes', scenarioOf(`${SHARED} --num-workers 3`)],
  [
    '1.2.1, shared prefixes in small caches behind a KV router',
    scenarioOf(
      `${SHARED} --router-mode kv_router --num-workers 4 --extra-engine-args {"num_gpu_blocks":300}`,
    ),
  ],
  [
    '1.2.1, shared prefixes of two pools',
    scenarioOf(`${SHARED} ${POOLS_12} --num-prefill-workers 2 --num-decode-workers 2`),
  ],
  [
    '1.2.1, shared prefixes in a closed loop',
    scenarioOf(`${SHARED} --num-workers 3 --replay-concurrency 20`),
  ],
  [
    '1.2.1, delays between turns of which there is one',
    scenarioOf(`${ROUTED} --inter-turn-delay-ms 7 --num-workers 3`),
  ],
  ['1.6.1, shared prefixes', scenarioOf(`--dynamo 1.6.1 ${SHARED} --num-workers 3`)],
  [
    '1.6.1, shared prefixes in small caches behind a KV router',
    scenarioOf(
      `${SHARED} --router-mode kv_router --num-workers 4 --kv-event-lag-ms 50 --extra-engine-args ${rank({num_gpu_blocks: 300})}`,
    ),
  ],
  [
    '1.6.1, shared prefixes of two pools',
    scenarioOf(`${SHARED} ${POOLS_16} --num-prefill-workers 2 --num-decode-workers 2`),
  ],
  [
    '1.6.1, shared prefixes in a closed loop',
    scenarioOf(
      `--dynamo 1.6.1 ${SHARED.replace(' --arrival-interval-ms 13', '')} --num-workers 3 --replay-concurrency 20`,
    ),
  ],
]

describe('a run that keeps no columns over its requests says the same as one that does:', () => {
  test.each([
    ...CASES.map(([name, scenario]) => [`1.2.1, ${name}`, scenario] as const),
    ...CASES_16.map(([name, scenario]) => [`1.6.1, ${name}`, scenario] as const),
    ...BOTH,
    ...ROUTERS_AND_SGLANG,
    ...SHARED_PREFIXES,
  ])('%s', async (_, scenario) => {
    const kept = await generatedRun(scenario, Number.POSITIVE_INFINITY)
    const lines: string[] = []
    const streamed = await generatedRun(scenario, 0, lines)
    const keptLines = [...formatPerRequestLines(kept.engine.requests)]
    expect(lines).toEqual(Array.from(kept.engine.requests.arrivalOrder, request => keptLines[request]))
    expectAlike(streamed, kept)
    // So few fit into the sample, which then has every request as it was.
    const {sampled, ...rows} = streamed.engine.requests
    expect(rows).toEqual(kept.engine.requests)
    expect(sampled?.of).toBe(rows.count)
    expectSamePictures(computePictures({...streamed, scenario}), computePictures({...kept, scenario}))
  })
})
