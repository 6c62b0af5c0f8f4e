import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {RELEASES, type Release} from '../../../src/config/release.ts'
import {answerPerfPoints} from '../../../src/perf/aic/perf-points.ts'
import {
  computeKvCapacity,
  DEFAULT_MEMORY_FRACTION,
  memoryFractionKind,
} from '../../../src/perf/kv-capacity.ts'
import {CATALOGUE_MODELS, findModel} from '../../../src/perf/models/catalogue.ts'
import {parseModelConfig} from '../../../src/perf/models/parse-model-config.ts'
import {type EngineFields, type PointFile, pointSources, readGolden, requestOf, unwrap} from './fixtures.ts'

/** Answers of either estimator about models of today, made by tools/perf/record-models.py. */
interface TodaysModels {
  readonly models: Readonly<Record<string, {readonly config: unknown; readonly hf_quant_config: unknown}>>
  readonly cases: readonly PointFile[]
  /** At 8,192 tokens to a pass; null = no room. */
  readonly kv_tokens: readonly (EngineFields & {
    readonly tokens: number | null
    readonly bytes_per_token: number | null
  })[]
}

const FOLDERS: Readonly<Record<Release, string>> = {
  '1.2.1': import.meta.dirname,
  '1.6.1': join(import.meta.dirname, '../perf013'),
}
/** Bit equality is reached; the slack is for a Math.log2 that differs in its last bit on another host. */
const TOLERANCE = 1e-12

describe.each(RELEASES)("today's models, %s", release => {
  const golden = readGolden<TodaysModels>('todays_models.json', FOLDERS[release])
  const models = Object.entries(golden.models).map(([id, files]) =>
    unwrap(parseModelConfig(files.config, files.hf_quant_config, id)),
  )

  it.each(models.map(model => [model.id, model] as const))('%s', async (id, model) => {
    const cases = golden.cases.filter(engine => engine.model === id)
    for (const engine of cases) {
      const {points} = unwrap(await answerPerfPoints(engine, pointSources(release, [model]))) as PointFile
      for (const [i, reference] of engine.points.entries()) {
        const context = `${JSON.stringify({...engine, points: undefined})} ${JSON.stringify(reference)}`
        const {latency_ms: ours, error} = points[i]!
        expect(error, context).toBe(reference.error)
        if (reference.latency_ms === null) expect(ours, context).toBeNull()
        else {
          const difference = Math.abs(ours! - reference.latency_ms) / reference.latency_ms
          expect(difference, context).toBeLessThanOrEqual(TOLERANCE)
        }
      }
    }
  })

  it('are answered, most of them', () => {
    const answered = golden.cases.filter(({points}) => points.some(({latency_ms}) => latency_ms !== null))
    expect(new Set(answered.map(({model}) => model)).size).toBeGreaterThanOrEqual(models.length - 2)
  })

  it('stand in the catalogue, where they do, with the same facts', () => {
    const known = models.filter(({id}) => findModel(CATALOGUE_MODELS, id) !== null)
    expect(known.length).toBeGreaterThan(2)
    for (const model of known) expect(findModel(CATALOGUE_MODELS, model.id), model.id).toEqual(model)
  })

  it('leave as much room for the KV cache', () => {
    for (const {tokens, bytes_per_token, ...engine} of golden.kv_tokens) {
      const backend = engine.backend === 'trtllm' ? 'trtllm' : engine.backend === 'vllm' ? 'vllm' : 'sglang'
      const capacity = computeKvCapacity(requestOf(engine, models, release), {
        maxNumTokens: 8192,
        memoryFraction: DEFAULT_MEMORY_FRACTION['1.6.1'][backend],
        memoryFractionKind: memoryFractionKind(backend),
        blockSize: 64,
        cudaGraphBytes: 0,
        tolerance: null,
      })
      const ours = capacity.ok
        ? {tokens: capacity.value.tokens, bytes_per_token: capacity.value.kvBytesPerToken}
        : {tokens: null, bytes_per_token: null}
      expect(ours, JSON.stringify(engine)).toEqual({tokens, bytes_per_token})
      if (!capacity.ok) continue
      // The terms that the page shows give the tokens.
      const {kvBytes, kvFill} = capacity.value
      expect(Math.floor((kvBytes - kvFill.fixedBytes) / kvFill.bytesPerToken)).toBe(tokens)
    }
  })
})
