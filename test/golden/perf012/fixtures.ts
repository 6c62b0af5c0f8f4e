import {type AicRequest} from '../../../src/perf/aic/request/aic-request.ts'
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import type {Release} from '../../../src/config/release.ts'
import type {PointSources} from '../../../src/perf/aic/perf-points.ts'
import {CATALOGUE_MODELS, findModel} from '../../../src/perf/models/catalogue.ts'
import type {ModelConfig} from '../../../src/perf/models/model-config.ts'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const ROOT = join(HERE, '../../..')
export const PERF_DIRECTORY = join(ROOT, 'public/perf')

/** The full set of reference figures, present on some machines only. */
const SHARED = process.env.PLANNER_REPLAY_SHARED ?? join(ROOT, '../shared')
export const FULL_GOLDEN = join(SHARED, 'golden/perf012')
export const hasFullGolden = existsSync(FULL_GOLDEN)

export async function fetchFromDisk(name: string): Promise<Uint8Array> {
  return new Uint8Array(readFileSync(join(PERF_DIRECTORY, name)))
}

export function readGolden<T>(name: string, directory: string = HERE): T {
  return JSON.parse(readFileSync(join(directory, name), 'utf8')) as T
}

export function listPointFiles(directory: string): string[] {
  return readdirSync(directory).filter(name => name.includes('__'))
}

export interface EngineFields {
  readonly system: string
  readonly backend: string
  readonly version?: string
  readonly model: string
  readonly tp: number
  readonly moe_tp_size?: number
  readonly moe_ep_size?: number
  readonly attention_dp_size?: number
}

export interface Point {
  readonly kind: 'prefill' | 'decode'
  readonly latency_ms: number | null
  readonly error?: string
}

export interface PointFile extends EngineFields {
  readonly points: readonly Point[]
}

export function requestOf(
  fields: EngineFields,
  models: readonly ModelConfig[] = CATALOGUE_MODELS,
  release: Release = '1.2.1',
): AicRequest {
  const model = findModel(models, fields.model)
  if (model === null) throw new Error(`no model ${fields.model}`)
  return {
    release,
    system: fields.system,
    backend: fields.backend,
    version: fields.version ?? null,
    model,
    tp: fields.tp,
    moeTp: fields.moe_tp_size ?? null,
    moeEp: fields.moe_ep_size ?? null,
    attentionDp: fields.attention_dp_size ?? null,
  }
}

/** Answers from the published tables. */
export function pointSources(release: Release, models: readonly ModelConfig[] = CATALOGUE_MODELS): PointSources {
  return {release, models, localModel: () => null, fetchFile: fetchFromDisk}
}

export function unwrap<T>(result: {ok: true; value: T} | {ok: false; error: {message: string}}): T {
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}
