import {readdirSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {fetchFromDisk, PERF_DIRECTORY, requestOf, unwrap} from '../../../test/golden/perf012/fixtures.ts'
import {SYSTEM_NAMES, SYSTEMS} from '../../config/gpus.ts'
import {sha256Hex} from '../../core/sha256.ts'
import {CATALOGUE, CATALOGUE_MODELS} from '../models/catalogue.ts'
import {parseModelConfig} from '../models/parse-model-config.ts'
import {createAicPerfModel} from './aic-perf-model.ts'
import {loadAicModel} from './load-aic-model.ts'
import {ESTIMATORS} from './request/estimator.ts'
import {isOwnTierFile} from './request/own-tiers.ts'
import {checkAicRequest} from './request/request.ts'
import {type PackFile, type PackPair, parseManifest} from './tables/manifest.ts'

const {manifest: MANIFEST_NAME, edition} = ESTIMATORS['1.2.1']
const LISTED = {name: MANIFEST_NAME, edition}

const ENGINE = {system: 'h200_sxm', backend: 'vllm', model: 'nvidia/Llama-3.1-8B-Instruct-FP8', tp: 1}
const CORE = 'h200_sxm__vllm.pack'

/** Serves the real files and notes their names; some may be tampered with. */
function recordingFetch(tamper: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {}) {
  const fetched: string[] = []
  const fetchFile = async (name: string) => {
    fetched.push(name)
    const bytes = await fetchFromDisk(name)
    return tamper[name]?.(bytes) ?? bytes
  }
  return {fetched, fetchFile}
}

async function refusal(fetchFile: (name: string) => Promise<Uint8Array>): Promise<string> {
  const result = await loadAicModel(requestOf(ENGINE), fetchFile)
  if (result.ok) throw new Error('expected a refusal')
  return result.error.message
}

describe('what is fetched', () => {
  test('one file beside the manifest for every preset, on every GPU and backend', async () => {
    const manifest = unwrap(parseManifest(await fetchFromDisk(MANIFEST_NAME), LISTED))
    const presets = CATALOGUE.filter(entry => entry.preset).map(entry => entry.model.id)
    expect(manifest.presets).toEqual(presets)
    for (const {system, backend, core, engines} of manifest.pairs) {
      for (const model of [presets[0]!, 'Qwen/Qwen3-30B-A3B', 'deepseek-ai/DeepSeek-V3']) {
        for (const [tp, moe_tp_size, moe_ep_size] of engines[model]!) {
          const {fetched, fetchFile} = recordingFetch()
          unwrap(
            await loadAicModel(requestOf({system, backend, model, tp, moe_tp_size, moe_ep_size}), fetchFile),
          )
          expect(fetched).toEqual([MANIFEST_NAME, core.file])
        }
      }
    }
  })

  test('the whole tables of a shape outside the presets, before it is asked for', async () => {
    const config = {
      architectures: ['LlamaForCausalLM'],
      num_hidden_layers: 20,
      hidden_size: 3328,
      num_attention_heads: 26,
      num_key_value_heads: 26,
      intermediate_size: 9000,
      vocab_size: 64000,
    }
    const model = unwrap(parseModelConfig(config, null, 'own/model'))
    const {fetched, fetchFile} = recordingFetch()
    const request = {...requestOf(ENGINE), model}
    const loaded = unwrap(await loadAicModel(request, fetchFile))
    expect(fetched.slice(2).sort()).toEqual([
      'h200_sxm__vllm.attention.pack',
      'h200_sxm__vllm.gemm.bfloat16.pack',
    ])
    expect(loaded.prefillMs(1, 1000, 0)).toBeGreaterThan(0)
  })

  test('windows that few models have, for those alone', async () => {
    const {fetched, fetchFile} = recordingFetch()
    const model = 'meta-llama/Llama-4-Maverick-17B-128E-Instruct'
    const split = {tp: 8, moe_tp_size: 1, moe_ep_size: 8}
    unwrap(await loadAicModel(requestOf({...ENGINE, model, ...split}), fetchFile))
    expect(fetched).toContain('h200_sxm__vllm.window.pack')
  })

  test('files listed in the manifests are there, intact and small, and no others', async () => {
    const files = new Set<string>()
    for (const {manifest: name, edition: listed} of Object.values(ESTIMATORS)) {
      const manifest = unwrap(parseManifest(await fetchFromDisk(name), {name, edition: listed}))
      expect(manifest.pairs).toHaveLength(3 * SYSTEM_NAMES.length)
      for (const {file, bytes, sha256} of manifest.pairs.flatMap(filesOf)) {
        const content = await fetchFromDisk(file)
        expect([content.byteLength, sha256Hex(content)], file).toEqual([bytes, sha256])
        files.add(file)
      }
      for (const pair of manifest.pairs) expect(pair.core.bytes).toBeLessThan(350_000)
    }
    const packs = readdirSync(PERF_DIRECTORY).filter(name => name.endsWith('.pack'))
    expect(packs.sort()).toEqual([...files].sort())
    const bytesOf = (system: string) =>
      packs
        .filter(name => name.startsWith(`${system}__`) && !isOwnTierFile(name))
        .reduce((sum, name) => sum + statSync(join(PERF_DIRECTORY, name)).size, 0)
    const common = SYSTEM_NAMES.filter(name => SYSTEMS[name].isCommon).map(bytesOf)
    // What is stored unasked. The second edition stores only what it changed: 4 of its 12.3 MB.
    expect(common.reduce((sum, bytes) => sum + bytes)).toBeLessThan(16.4e6)
    for (const name of SYSTEM_NAMES) expect(bytesOf(name), name).toBeLessThan(6.2e6)
    // Stored where a model that reads them is used.
    for (const name of packs.filter(isOwnTierFile)) {
      expect(statSync(join(PERF_DIRECTORY, name)).size, name).toBeLessThan(80_000)
    }
  })
})

function filesOf({core, tiers}: PackPair): readonly PackFile[] {
  return [core, ...Object.values(tiers)]
}

describe('when a file is bad', () => {
  test('a failed download names the file and a retry works', async () => {
    const offline = async () => Promise.reject(new Error('offline'))
    expect(await refusal(offline)).toMatch(/perf\/manifest\.json could not be fetched \(offline\)/)
    expect((await loadAicModel(requestOf(ENGINE), fetchFromDisk)).ok).toBe(true)
  })

  test.each([
    ['a flipped bit', (bytes: Uint8Array) => bytes.with(1000, bytes[1000]! ^ 1)],
    ['a truncated file', (bytes: Uint8Array) => bytes.subarray(0, 5000)],
    ['an error page', () => new TextEncoder().encode('<html>404</html>')],
  ])('%s is noticed', async (_, tamper) => {
    const {fetchFile} = recordingFetch({[CORE]: tamper})
    expect(await refusal(fetchFile)).toBe(
      `GPU table perf/${CORE} is damaged or out of date: reload to fetch it again`,
    )
  })

  test.each([
    ['no JSON', '<html>', 'is not JSON'],
    ['another edition', '{"edition": "0.13.0"}', 'not of edition 0.12.0'],
    ['no tables', '{"edition": "0.12.0", "pairs": [{}]}', 'lists no tables'],
  ])('a manifest with %s is refused', async (_, text, words) => {
    const {fetchFile} = recordingFetch({[MANIFEST_NAME]: () => new TextEncoder().encode(text)})
    expect(await refusal(fetchFile)).toContain(words)
  })
})

test('tables load and parse in under 150 ms', async () => {
  const files = new Map([MANIFEST_NAME, CORE].map(name => [name, fetchFromDisk(name)]))
  const times: number[] = []
  for (let i = 0; i < 5; i++) {
    const start = performance.now()
    unwrap(await loadAicModel(requestOf(ENGINE), name => files.get(name)!))
    times.push(performance.now() - start)
  }
  expect(Math.min(...times)).toBeLessThan(150)
})

test('the share of predictions outside the measured data is counted', async () => {
  const model = createAicPerfModel(unwrap(await loadAicModel(requestOf(ENGINE), fetchFromDisk)))
  expect(model.outsideShare()).toBe(0)
  model.prefillMs(1, 1000, 0)
  model.decodeMs(8, 0, 2000, 0)
  expect(model.outsideShare()).toBe(0)
  // The longest measured prompt has 16384 tokens.
  model.prefillMs(1, 1000, 30_000)
  expect(model.outsideShare()).toBe(1 / 3)
  model.decodeMs(500, 0, 60_000, 0)
  expect(model.outsideShare()).toBe(1 / 2)
})

test('every catalogue model is accepted on every GPU and backend at TP 8 or says why not', () => {
  for (const model of CATALOGUE_MODELS) {
    const spread = model.experts === null ? {} : {moe_tp_size: 1, moe_ep_size: 8}
    expect(checkAicRequest(requestOf({...ENGINE, model: model.id, tp: 8, ...spread})).ok, model.id).toBe(true)
  }
})
