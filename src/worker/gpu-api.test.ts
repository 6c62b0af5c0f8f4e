import {readFile} from 'node:fs/promises'
import * as Comlink from 'comlink'
import {afterEach, describe, expect, it} from 'vitest'
import {SYSTEM_NAMES} from '../config/gpus.ts'
import {defaultScenario} from '../config/presets.ts'
import type {Scenario} from '../config/scenario.ts'
import type {Result} from '../core/result.ts'
import type {AicArgs} from '../perf/aic/request/request.ts'
import {createWorkerApi} from './api.ts'
import {SimulatorClient, type WorkerLink} from './client.ts'
import {yieldByChannel} from './host.ts'

type OpenFile = (path: string, options?: {readonly isFresh: boolean}) => Promise<Response>

const clients: SimulatorClient[] = []

afterEach(() => {
  for (const client of clients.splice(0)) client.dispose()
})

/** The real api behind a real channel, so that everything is cloned as in a browser. */
function startClient(openSiteFile: OpenFile = openFromDisk): SimulatorClient {
  const client = new SimulatorClient(() => linkTo(openSiteFile))
  clients.push(client)
  return client
}

function linkTo(openSiteFile: OpenFile): WorkerLink {
  const {port1, port2} = new MessageChannel()
  Comlink.expose(
    createWorkerApi({openSiteFile, nowMs: () => performance.now(), yieldToEvents: yieldByChannel}),
    port2,
  )
  port1.start()
  return {
    endpoint: port1,
    terminate() {
      port1.close()
      port2.close()
    },
    onDeath() {},
  }
}

async function openFromDisk(path: string): Promise<Response> {
  const folder = path.startsWith('perf/') ? 'public/' : ''
  return new Response(new Uint8Array(await readFile(folder + path)))
}

function unwrap<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

function problemOf<T>(result: Result<T>): string {
  return result.ok ? '' : result.error.message
}

const ARGS: AicArgs = {
  aic_system: 'h200_sxm',
  aic_backend: 'vllm',
  aic_backend_version: null,
  aic_model_path: 'nvidia/Llama-3.1-8B-Instruct-FP8',
  aic_tp_size: 1,
  aic_moe_tp_size: null,
  aic_moe_ep_size: null,
  aic_attention_dp_size: null,
}
const engine = (change: Partial<AicArgs> = {}) => ({args: {...ARGS, ...change}, models: []})

const OWN_CONFIG = {
  architectures: ['LlamaForCausalLM'],
  num_hidden_layers: 20,
  hidden_size: 3328,
  num_attention_heads: 26,
  num_key_value_heads: 26,
  intermediate_size: 9000,
  vocab_size: 64000,
}
const OWN = {id: 'own/model', config: JSON.stringify(OWN_CONFIG), quant: null}

describe('what is offered', () => {
  it('lists every pair, and why a model cannot run there', async () => {
    const {pairs} = unwrap(await startClient().gpu.gpuOffer([]))
    expect(pairs).toHaveLength(3 * SYSTEM_NAMES.length)
    const problems = (system: string, backend: string, model: string) =>
      new Set(
        pairs
          .find(pair => pair.system === system && pair.backend === backend)
          ?.models[model]?.splits.map(split => split.problem),
      )
    expect(problems('h200_sxm', 'vllm', 'nvidia/Llama-3.1-8B-Instruct-FP8')).toEqual(new Set([null]))
    expect(problems('h200_sxm', 'vllm', 'nvidia/Qwen3-235B-A22B-NVFP4')).toEqual(
      new Set(['h200_sxm has no FP4 units']),
    )
    expect(problems('h200_sxm', 'sglang', 'deepseek-ai/DeepSeek-V3')).toContain(
      'not measured for sglang on h200_sxm',
    )
  })

  it('lists what the tables of 1.6.1 add', async () => {
    const {pairs} = unwrap(await startClient().gpu.gpuOffer([], '1.6.1'))
    const pair = pairs.find(({system, backend}) => system === 'h200_sxm' && backend === 'sglang')!
    const splits = pair.models['deepseek-ai/DeepSeek-V3']!.splits
    expect(splits.filter(split => split.isKnown && split.problem === null)).not.toEqual([])
  })

  it('agrees with the tables: what is known to be good can be predicted', async () => {
    const {gpu} = startClient()
    const {pairs} = unwrap(await gpu.gpuOffer([]))
    const pair = pairs.find(({system, backend}) => system === 'b200_sxm' && backend === 'vllm')!
    for (const model of ['Qwen/Qwen3-30B-A3B', 'nvidia/Llama-3.1-70B-Instruct-FP8']) {
      const known = pair.models[model]!.splits.filter(split => split.isKnown && split.problem === null)
      expect(known.length).toBeGreaterThan(2)
      for (const {tp, moeTp, moeEp} of known) {
        const change = {aic_system: 'b200_sxm', aic_model_path: model, aic_tp_size: tp}
        const experts = model.startsWith('Qwen') ? {aic_moe_tp_size: moeTp, aic_moe_ep_size: moeEp} : {}
        unwrap(await gpu.checkEngine(engine({...change, ...experts})))
      }
    }
  })

  it('offers a model of the user, at the sizes its heads allow', async () => {
    const {gpu} = startClient()
    const own = unwrap(await gpu.readModel(OWN))
    const {pairs} = unwrap(await gpu.gpuOffer([own]))
    const {splits} = pairs[0]!.models['own/model']!
    expect(splits.map(({tp, problem}) => [tp, problem === null])).toEqual([
      [1, true],
      [2, true],
      [4, false],
      [8, false],
    ])
    expect(splits[2]!.problem).toContain('26 attention heads')
    unwrap(await gpu.checkEngine({args: {...ARGS, aic_model_path: 'own/model'}, models: [own]}))
  })
})

describe('pass times', () => {
  it('are those of the model, with the points beyond the measured range marked', async () => {
    const {prefill, decode} = unwrap(await startClient().gpu.gpuCurves(engine()))
    const at128 = prefill.x.indexOf(128)
    expect(prefill.ms[at128]).toBe(4.7256785333404325)
    expect(prefill.outside[at128]).toBe(0)
    // The longest measured prompt has 16384 tokens.
    expect([...prefill.x].every((x, i) => x > 16_384 === (prefill.outside[i] === 1))).toBe(true)
    expect(decode.map(({context}) => context)).toEqual([1024, 4096, 16_384, 65_536])
    for (const {ms} of decode) expect(Math.min(...ms)).toBeGreaterThan(0)
  })

  it('break down into operators that add up', async () => {
    const {gpu} = startClient()
    for (const point of [
      {kind: 'prefill', batch: 2, tokens: 1000, prefix: 300},
      {kind: 'decode', batch: 16, context: 3000},
    ] as const) {
      const {ms, operators} = unwrap(await gpu.passBreakdown(engine(), point))
      expect(operators.reduce((sum, operator) => sum + operator.ms, 0)).toBe(ms)
    }
  })
})

it('estimates the KV cache with its terms', async () => {
  const {gpu} = startClient()
  const request = {...engine(), blockSize: 16, maxNumTokens: 8192, memoryFraction: 0.9}
  const estimate = unwrap(await gpu.kvCapacity(request))
  expect(estimate).toMatchObject({numGpuBlocks: 116_997, tokens: 1_871_961, weightsBytes: 9_080_668_160})
  const tooLarge = {...request, args: {...ARGS, aic_model_path: 'meta-llama/Meta-Llama-3.1-405B'}}
  expect(problemOf(await gpu.kvCapacity(tooLarge))).toContain('leaves none for the KV cache')
  expect(problemOf(await gpu.kvCapacity({...request, memoryFraction: 2}))).toContain(
    'memory fraction must be',
  )
})

it('answers for the estimator of the release that is named', async () => {
  const {gpu} = startClient()
  const qwen = engine({aic_model_path: 'Qwen/Qwen3-8B'})
  const decode = {kind: 'decode', batch: 9, context: 1000} as const
  const first = unwrap(await gpu.passBreakdown(qwen, decode))
  const second = unwrap(await gpu.passBreakdown({...qwen, release: '1.6.1'}, decode))
  expect(second.ms - first.ms).toBeCloseTo(0.950822, 5)
  const room = {...qwen, blockSize: 64, maxNumTokens: 8192, memoryFraction: null}
  expect(unwrap(await gpu.kvCapacity({...room, release: '1.6.1'})).numGpuBlocks).toBe(12_226)
  expect(unwrap(await gpu.kvCapacity(room)).memoryFraction).toBe(0.92)
})

describe('bad input is one sentence', () => {
  it.each([
    [{aic_system: 'h2000'}, 'unknown GPU system "h2000": did you mean h200_sxm?'],
    [{aic_backend: 'vlm'}, 'unknown backend "vlm": did you mean vllm?'],
    [{aic_backend_version: '0.99'}, 'the nearest version is 0.24.0'],
    [{aic_model_path: 'Llama-8B'}, 'unknown model "Llama-8B": the nearest known one is'],
    [{aic_tp_size: 3}, 'the nearest TP size is'],
    [{aic_model_path: 'Qwen/Qwen3-30B-A3B', aic_tp_size: 4}, 'set aic_moe_tp_size or aic_moe_ep_size to 4'],
    [{aic_model_path: null}, 'aic_model_path is not set'],
  ])('%o', async (change, words) => {
    const problem = problemOf(await startClient().gpu.checkEngine(engine(change)))
    expect(problem).toContain(words)
    expect(problem).not.toContain('\n')
  })

  it.each([
    [{...OWN, config: '{"a":'}, 'config.json is not JSON'],
    [{...OWN, quant: 'x'}, 'hf_quant_config.json is not JSON'],
    [{...OWN, id: ' '}, 'Give the model a name'],
    [{...OWN, id: 'Qwen/Qwen3-8B'}, 'is in the catalogue already'],
    [
      {...OWN, config: JSON.stringify({...OWN_CONFIG, hidden_size: undefined})},
      '"hidden_size" in config.json is missing',
    ],
    [
      {...OWN, config: JSON.stringify({...OWN_CONFIG, num_key_value_heads: 99})},
      'larger than num_attention_heads',
    ],
  ])('a model: %#', async (files, words) => {
    expect(problemOf(await startClient().gpu.readModel(files))).toContain(words)
  })
})

describe('downloads', () => {
  const CORE = 'perf/h200_sxm__vllm.pack'

  it('that fail are told, and a retry works', async () => {
    let isOffline = true
    const {gpu} = startClient(async path => {
      if (isOffline) throw new TypeError('no network')
      return openFromDisk(path)
    })
    expect(problemOf(await gpu.gpuOffer([]))).toMatch(/manifest\.json could not be fetched \(no network\)/)
    expect(problemOf(await gpu.checkEngine(engine()))).toContain('check the connection and retry')
    isOffline = false
    expect(unwrap(await gpu.gpuOffer([])).pairs).toHaveLength(3 * SYSTEM_NAMES.length)
    unwrap(await gpu.checkEngine(engine()))
  })

  it('that come damaged from a cache are fetched past it', async () => {
    const asked: boolean[] = []
    const {gpu} = startClient(async (path, options) => {
      const whole = await openFromDisk(path)
      if (path !== CORE) return whole
      asked.push(options?.isFresh ?? false)
      return options?.isFresh ? whole : new Response((await whole.arrayBuffer()).slice(0, 5000))
    })
    unwrap(await gpu.checkEngine(engine()))
    expect(asked).toEqual([false, true])
  })

  it('that stay damaged are told, and a retry works', async () => {
    let isDamaged = true
    const {gpu} = startClient(async path =>
      path === CORE && isDamaged ? new Response('<html>not here</html>') : openFromDisk(path),
    )
    expect(problemOf(await gpu.checkEngine(engine()))).toBe(
      `GPU table ${CORE} is damaged or out of date: reload to fetch it again`,
    )
    isDamaged = false
    unwrap(await gpu.checkEngine(engine()))
  })
})

describe('runs', () => {
  const short: Scenario = {...defaultScenario(), trace: {kind: 'catalogue', id: 'toolagent-5min'}}

  async function outsideShare(client: SimulatorClient, model: string): Promise<number | null> {
    if (short.fleet.topology !== 'agg') throw new Error('expected an aggregated fleet')
    const args = {...short.fleet.workers.args, ...ARGS, aic_model_path: model}
    const fleet = {...short.fleet, workers: {...short.fleet.workers, args}}
    const request = {
      scenario: {...short, fleet, engineTiming: 'aic'} as const,
      traceBlob: null,
      profile: null,
    }
    const outcome = unwrap(await client.run(request, () => {}, new AbortController().signal))
    return outcome.result.report.planner_replay.outside_measured_share
  }

  it('count what left the measured range anew each time', async () => {
    const client = startClient()
    const first = await outsideShare(client, ARGS.aic_model_path!)
    // Long prompts asked in between must not count for the run.
    unwrap(await client.gpu.gpuCurves(engine()))
    expect(first).toBeGreaterThan(0)
    expect(await outsideShare(client, ARGS.aic_model_path!)).toBe(first)
  })

  it('know the models the user brought', async () => {
    const client = startClient()
    await expect(outsideShare(client, 'own/model')).rejects.toThrow('any other needs its config.json')
    client.models = [unwrap(await client.gpu.readModel(OWN))]
    expect(await outsideShare(client, 'own/model')).not.toBeNull()
  })
})
