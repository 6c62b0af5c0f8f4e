import {describe, expect, it} from 'vitest'
import type {Release} from '../../../src/config/release.ts'
import {answerPerfPoints} from '../../../src/perf/aic/perf-points.ts'
import {computeKvCapacity, memoryFractionKind} from '../../../src/perf/kv-capacity.ts'
import {CATALOGUE_MODELS, findModel} from '../../../src/perf/models/catalogue.ts'
import {parseModelConfig} from '../../../src/perf/models/parse-model-config.ts'
import {type EngineFields, type PointFile, pointSources, readGolden, requestOf, unwrap} from '../perf012/fixtures.ts'

/** What the reference of either release answers about models it is given by folder. */
interface GoldenModels {
  readonly models: Readonly<Record<string, {readonly config: unknown; readonly hf_quant_config: unknown}>>
  readonly cases: readonly (PointFile & {readonly release: Release})[]
  /** At 8,192 tokens to a pass and the memory fractions of engine args; null = no room. */
  readonly kv_tokens: readonly (EngineFields & {readonly release: Release; readonly tokens: number | null})[]
}

const golden = readGolden<GoldenModels>('models_by_config.json', import.meta.dirname)
const models = Object.entries(golden.models).map(([id, files]) =>
  unwrap(parseModelConfig(files.config, files.hf_quant_config, id)),
)

describe('models by their config.json, under both releases', () => {
  it.each(golden.cases)('$release $model on $system, $backend tp $tp: to the last bit', async ({release, ...engine}) => {
    const answered = unwrap(await answerPerfPoints(engine, pointSources(release, models))) as PointFile
    expect(answered.points.map(point => point.latency_ms)).toEqual(engine.points.map(point => point.latency_ms))
  })

  it('stand in the catalogue with the same facts', () => {
    for (const model of models) {
      const id = model.id.replace('--', '/')
      expect(findModel(CATALOGUE_MODELS, id), id).toEqual({...model, id})
    }
  })

  it('leave as much room for the KV cache', () => {
    expect(golden.kv_tokens.length).toBeGreaterThan(100)
    for (const {release, tokens, ...engine} of golden.kv_tokens) {
      const request = requestOf(engine, models, release)
      const capacity = computeKvCapacity(request, inputsFor(engine.backend))
      expect(capacity.ok ? capacity.value.tokens : null, `${release} ${JSON.stringify(engine)}`).toBe(tokens)
    }
  })
})

function inputsFor(backend: string) {

  return {
    maxNumTokens: 8192,
    memoryFraction: backend === 'sglang' ? 0.88 : 0.9,
    memoryFractionKind: memoryFractionKind(backend === 'trtllm' ? 'trtllm' : 'vllm'),
    blockSize: 64,
    cudaGraphBytes: 0,
    tolerance: null,
  }
}
