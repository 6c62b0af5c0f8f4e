import {describe, expect, it} from 'vitest'
import {loadAicModel} from '../../../src/perf/aic/load-aic-model.ts'
import {answerPerfPoints} from '../../../src/perf/aic/perf-points.ts'
import {computeKvCapacity} from '../../../src/perf/kv-capacity.ts'
import {CATALOGUE_MODELS} from '../../../src/perf/models/catalogue.ts'
import type {ModelConfig} from '../../../src/perf/models/model-config.ts'
import {parseModelConfig} from '../../../src/perf/models/parse-model-config.ts'
import {
  type EngineFields,
  FULL_GOLDEN,
  fetchFromDisk,
  hasFullGolden,
  listPointFiles,
  type Point,
  type PointFile,
  pointSources,
  readGolden,
  requestOf,
  unwrap,
} from './fixtures.ts'

/** Bit equality is reached; the slack is for a Math.log2 that differs in its last bit on another host. */
const TOLERANCE = 1e-12

describe('prediction points of the reference (committed subset)', () => {
  for (const name of listPointFiles(`${import.meta.dirname}/points`)) {
    it(name, async () => expectPoints(readGolden<PointFile>(`points/${name}`)))
  }

  it('further models at random arguments, far outside the measured grid too', async () => {
    const golden = readGolden<FurtherModels>('further_models.json')
    const models = [...CATALOGUE_MODELS, ...parseModels(golden.models)]
    for (const engine of golden.cases) await expectPoints(engine, models)
  })
})

describe('other figures of the reference (committed subset)', () => {
  it('mixed steps', async () => expectMixedSteps(readGolden<{cases: MixedCase[]}>('mixed_step.json').cases))
  it('KV capacity, to the byte', () => expectKvCapacities(readGolden<{cases: KvCase[]}>('kv_capacity.json').cases))

  it('per-operator latencies, in the order of the sum', async () => {
    for (const name of listPointFiles(`${import.meta.dirname}/points`)) {
      const golden = readGolden<PointFile & PerOperator>(`points/${name}`)
      const model = unwrap(await loadAicModel(requestOf(golden), fetchFromDisk))
      const [prefill, decode] = Object.values(golden.per_op_ms)
      expectBreakdown(model.prefillBreakdown(4, 1000, 300), prefill![0])
      expectBreakdown(model.decodeBreakdown(9, 1000), decode![1])
    }
  })
})

if (!hasFullGolden) console.warn(`SKIPPED: the full reference figures are not in ${FULL_GOLDEN}`)
describe.skipIf(!hasFullGolden)('all figures of the reference', () => {
  for (const name of hasFullGolden ? listPointFiles(FULL_GOLDEN) : []) {
    it(name, async () => expectPoints(readGolden<PointFile>(name, FULL_GOLDEN)))
  }
  it('mixed steps', async () =>
    expectMixedSteps(readGolden<{cases: MixedCase[]}>('mixed_step.json', FULL_GOLDEN).cases))
  it('KV capacity', () => expectKvCapacities(readGolden<{cases: KvCase[]}>('kv_capacity.json', FULL_GOLDEN).cases))
})

interface FurtherModels {
  readonly models: Readonly<Record<string, {config: unknown; hf_quant_config: unknown}>>
  readonly cases: readonly PointFile[]
}

function parseModels(raw: FurtherModels['models']): ModelConfig[] {
  return Object.entries(raw).map(([id, files]) => unwrap(parseModelConfig(files.config, files.hf_quant_config, id)))
}

async function expectPoints(golden: PointFile, models: readonly ModelConfig[] = CATALOGUE_MODELS): Promise<void> {
  const answer = unwrap(await answerPerfPoints(golden, pointSources('1.2.1', models))) as PointFile
  expect(answer.points).toHaveLength(golden.points.length)
  for (const [i, point] of golden.points.entries()) expectPoint(answer.points[i]!, point, golden)
}

function expectPoint(ours: Point, reference: Point, engine: EngineFields): void {
  const {system, backend, model, tp} = engine
  const context = `${system} ${backend} ${model} tp${tp} ${JSON.stringify(reference)}`
  expect(ours.error, context).toBe(reference.error)
  if (reference.latency_ms === null) expect(ours.latency_ms, context).toBeNull()
  else expectClose(ours.latency_ms, reference.latency_ms, context)
}

function expectClose(ours: number | null, reference: number, context: string): void {
  const error = ours === null ? Number.POSITIVE_INFINITY : Math.abs(ours - reference)
  expect(error, `${context}: ours ${ours}`).toBeLessThanOrEqual(TOLERANCE * Math.abs(reference))
}

interface MixedCase extends EngineFields {
  readonly ctx_tokens: number
  readonly gen_tokens: number
  readonly isl: number
  readonly osl: number
  readonly prefix: number
  readonly total_shared_ctxattn_decattn_ms: readonly number[]
}

async function expectMixedSteps(cases: readonly MixedCase[]): Promise<void> {
  expect(cases.length).toBeGreaterThan(0)
  for (const item of cases) {
    const model = unwrap(await loadAicModel(requestOf(item), fetchFromDisk))
    const step = model.mixedStep(item.ctx_tokens, item.gen_tokens, item.isl, item.osl, item.prefix)
    const ours = [step.total, step.shared, step.contextAttention, step.decodeAttention]
    for (const [i, reference] of item.total_shared_ctxattn_decattn_ms.entries()) {
      expectClose(ours[i]!, reference, JSON.stringify(item))
    }
  }
}

interface KvCase extends EngineFields {
  readonly max_num_tokens: number
  readonly block_size: number
  readonly memory_fraction_kind: 'of_total' | 'of_free'
  readonly memory_fraction: number
  readonly tolerance_fraction: number | null
  readonly num_gpu_blocks: number
  readonly result: {
    readonly total_gpu_capacity_bytes: number
    readonly total_kv_size_bytes: number
    readonly kv_size_per_token_bytes: number
    readonly total_kv_size_tokens: number
    readonly memory_breakdown: Readonly<Record<string, number>>
    readonly tolerance_adjusted: {total_kv_size_bytes: number; total_kv_size_tokens: number} | null
  }
}

function expectKvCapacities(cases: readonly KvCase[]): void {
  expect(cases.length).toBeGreaterThan(0)
  for (const item of cases) {
    const {kvFill, ...capacity} = unwrap(
      computeKvCapacity(requestOf(item), {
        maxNumTokens: item.max_num_tokens,
        memoryFraction: item.memory_fraction,
        memoryFractionKind: item.memory_fraction_kind,
        blockSize: item.block_size,
        cudaGraphBytes: 0,
        tolerance: item.tolerance_fraction,
      }),
    )
    const {result} = item
    const parts = result.memory_breakdown
    expect(capacity, `${item.system} ${item.backend} ${item.model}`).toEqual({
      gpuBytes: result.total_gpu_capacity_bytes,
      weightsBytes: parts.weights_bytes,
      activationsBytes: parts.activations_bytes,
      runtimeBytes: parts.runtime_overhead_bytes,
      communicationBytes: parts.comm_overhead_bytes,
      kvBytes: result.total_kv_size_bytes,
      kvBytesPerToken: result.kv_size_per_token_bytes,
      tokens: result.total_kv_size_tokens,
      adjustedKvBytes: result.tolerance_adjusted?.total_kv_size_bytes ?? result.total_kv_size_bytes,
      adjustedTokens: result.tolerance_adjusted?.total_kv_size_tokens ?? result.total_kv_size_tokens,
      numGpuBlocks: item.num_gpu_blocks,
    })
    expect(Math.floor((capacity.kvBytes - kvFill.fixedBytes) / kvFill.bytesPerToken)).toBe(capacity.tokens)
  }
}

type PerOp = readonly [name: string, ms: number, ...rest: unknown[]]
interface PerOperator {
  /** [context operators, generation operators] per point: a prefill point, then a decode point. */
  readonly per_op_ms: Readonly<Record<string, readonly [readonly PerOp[], readonly PerOp[]]>>
}

function expectBreakdown(ours: readonly {name: string; ms: number}[], reference: readonly PerOp[]): void {
  // We have no pipeline stages: the reference's transfer between them is always 0 here.
  const stages = reference.filter(([name]) => !name.endsWith('_p2p'))
  expect(ours.map(op => op.name)).toEqual(stages.map(([name]) => name))
  for (const [i, [name, ms]] of stages.entries()) expectClose(ours[i]!.ms, ms, name)
}
