import {type OpLatency} from '../../../src/perf/aic/op-latency.ts'
import {existsSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import type {AicModel} from '../../../src/perf/aic/aic-model.ts'
import {loadAicModel} from '../../../src/perf/aic/load-aic-model.ts'
import {answerPerfPoints} from '../../../src/perf/aic/perf-points.ts'
import {computeEngineKvBlocks} from '../../../src/perf/engine-kv-blocks.ts'
import type {QuantModes} from "../../../src/perf/aic/operators/quant-modes.ts"
import {CATALOGUE_MODELS} from '../../../src/perf/models/catalogue.ts'
import {computeBenchmarkPoints} from '../../../src/policies/dynamo/bootstrap.ts'
import {SHARED} from '../../support/shared.ts'
import {
  type EngineFields,
  fetchFromDisk,
  listPointFiles,
  type PointFile,
  pointSources,
  readGolden,
  requestOf,
  unwrap,
} from '../perf012/fixtures.ts'

const HERE = import.meta.dirname
const POINTS = join(HERE, 'points')
const SHARED_POINTS = `${SHARED}/golden16/perf013`
const hasShared = SHARED !== null && existsSync(SHARED_POINTS)

describe('prediction points of the estimator of 1.6.1, to the last bit', () => {
  for (const name of listPointFiles(POINTS)) it(name, () => expectFile(readGolden<GoldenFile>(name, POINTS)))
})

describe.skipIf(!hasShared)('all prediction points of 1.6.1', () => {
  for (const name of hasShared ? readdirSync(SHARED_POINTS) : []) {
    it(name, () => expectFile(readGolden<GoldenFile>(name, SHARED_POINTS)))
  }

  it('points of the engines of 0.12.0, asked again', async () => {
    const {rows} = readGolden<{rows: readonly PointFile[]}>('golden16/pass_times.json', SHARED!)
    for (const row of rows) await expectPoints(row)
  })
})

interface GoldenFile extends PointFile {
  readonly quant: QuantModes
  /** Names and times, or a word about why there are none. */
  readonly per_op_ms: Readonly<Record<string, readonly (readonly [string, number])[] | string>>
}

async function expectFile(golden: GoldenFile): Promise<void> {
  await expectPoints(golden)
  const model = unwrap(await loadAicModel(requestOf(golden, CATALOGUE_MODELS, '1.6.1'), fetchFromDisk))
  expect(model.quant).toEqual(golden.quant)
  const breakdowns: readonly [string, () => readonly OpLatency[]][] = [
    ['prefill b4 effective 1000 prefix 300', () => model.prefillBreakdown(4, 1000, 300)],
    ['decode b9 isl 1000', () => model.decodeBreakdown(9, 1000)],
  ]
  for (const [title, ask] of breakdowns) {
    const reference = golden.per_op_ms[title]
    if (!Array.isArray(reference)) continue
    // The reference ends with a pipeline transfer that takes no time when there is one stage.
    expect(sumsByName(ask())).toEqual(reference.slice(0, -1).map(([, ms]) => ms))
  }
}

/** The two attentions of gpt-oss have one name, and the reference adds what has the same name. */
function sumsByName(ops: readonly OpLatency[]): number[] {
  const sums = new Map<string, number>()
  for (const {name, ms} of ops) sums.set(name, (sums.get(name) ?? 0) + ms)
  return [...sums.values()]
}

async function expectPoints(golden: PointFile): Promise<void> {
  const answered = unwrap(await answerPerfPoints(golden, pointSources('1.6.1'))) as PointFile
  for (const [i, point] of golden.points.entries()) {
    const {latency_ms, error} = answered.points[i]!
    const context = `${golden.system} ${golden.backend} ${golden.model} ${JSON.stringify(point)}`
    expect(latency_ms, context).toBe(point.latency_ms)
    if (point.error !== undefined) expect(error, context).toBe(point.error)
  }
}

interface PlannerCase {
  readonly case: {readonly args: {readonly performance_model_metadata?: Readonly<Record<string, Timing>>}}
  readonly engines: Readonly<Record<string, {readonly engine: Engine}>>
  readonly planner?: {readonly bootstrap_fpms?: Readonly<Record<string, readonly (readonly number[])[]>>}
}

interface Timing {
  readonly config?: {readonly model: string; readonly backend: string; readonly system: string; readonly tp?: number}
}

interface Engine {
  readonly num_gpu_blocks: number
  readonly block_size: number
  readonly max_num_seqs: number
  readonly max_num_batched_tokens: number
  readonly timing_model: Timing
}

describe.skipIf(!hasShared)('the passes a planner starts from', () => {
  const folder = `${SHARED}/golden16/replay`
  it('of every recorded run', async () => {
    let count = 0
    for (const name of readdirSync(folder)) {
      const golden = readGolden<PlannerCase>(name, folder)
      const reference = golden.planner?.bootstrap_fpms
      if (reference === undefined || Object.keys(reference).length === 0) continue
      const passes = await benchmarkOf(golden)
      expect(passes, name).toEqual(reference.aggregated ?? [...reference.prefill!, ...reference.decode!])
      count++
    }
    expect(count).toBeGreaterThan(50)
  })
})

/** In the columns of the reference: prefill requests and tokens, decode requests and KV tokens, seconds. */
async function benchmarkOf(golden: PlannerCase): Promise<number[][]> {
  const [prefillRole, decodeRole] = 'prefill' in golden.engines ? ['prefill', 'decode'] : ['aggregated', 'aggregated']
  const prefill = golden.engines[prefillRole!]!.engine
  const decode = golden.engines[decodeRole!]!.engine
  const points = computeBenchmarkPoints({
    prefillModel: await modelOf(golden, prefillRole!),
    decodeModel: await modelOf(golden, decodeRole!),
    prefillArgs: prefill,
    decodeArgs: decode,
    granularity: 8,
  })
  return [
    ...points.prefill.map(({tokens, wallS}) => [1, tokens, 0, 0, wallS]),
    ...points.decode.map(({requests, kvTokens, wallS}) => [0, 0, requests, kvTokens, wallS]),
  ]
}

async function modelOf(golden: PlannerCase, role: string): Promise<AicModel> {
  const named = golden.case.args.performance_model_metadata?.[role]?.config
  const config = named ?? golden.engines[role]!.engine.timing_model.config
  if (config === undefined) throw new Error(`no timing of ${role}`)
  const request = requestOf({...config, tp: config.tp ?? 1}, CATALOGUE_MODELS, '1.6.1')
  return unwrap(await loadAicModel(request, fetchFromDisk))
}

/** Engine as its args name it, and the blocks the reference gave it; an error where it refused. */
interface KvRow extends EngineFields {
  readonly num_gpu_blocks?: number
  readonly error?: string
}

describe.skipIf(!hasShared)('KV blocks from GPU memory', () => {
  it('of every model and GPU', () => {
    const {rows} = readGolden<{rows: readonly KvRow[]}>('golden16/kv_capacity.json', SHARED!)
    const wrong = rows.map(compareKv).filter(difference => difference !== null)
    expect(wrong).toEqual([])
  })
})

function compareKv(row: KvRow): string | null {
  const memory = {blockSize: null, maxNumBatchedTokens: null, memoryFraction: null, cudaGraphReservedBytes: 0}
  const ours = computeEngineKvBlocks(requestOf(row, CATALOGUE_MODELS, '1.6.1'), memory)
  const answer = ours.ok ? String(ours.value) : ours.error.message
  const reference = String(row.num_gpu_blocks ?? row.error)
  // Of refusals, that there is no room is ours to compute; how a model may be spread over GPUs we say in our own words.
  const isRoom = reference.includes('no KV budget')
  const agrees = isRoom
    ? answer.startsWith(reference.replace('ValueError: ', ''))
    : ours.ok
      ? answer === reference
      : row.num_gpu_blocks === undefined
  return agrees ? null : `${JSON.stringify({...row, memory: undefined})}: ours ${answer}`
}
