import {createHash} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {basename} from 'node:path'
import {fail, ok, type Result} from '../core/result.ts'
import {parseTrace} from '../trace/formats/parse-trace.ts'
import {NO_RECIPE} from '../trace/generators/trace-recipes.ts'
import {toWorkload, type WorkloadOptions} from '../trace/parsed-trace.ts'
import type {Workload} from '../trace/workload.ts'
import {type DrawnTrace, DrawnTraces, recognizeRecipe} from './drawn-traces.ts'
import {fileErrorReason} from './file-errors.ts'

export interface LoadedTrace {
  readonly workload: Workload
  /** Of the bytes replayed: the file's as they are on disk, compressed or not, or those generated in its place. */
  readonly sha256: string
  readonly sizeBytes: number
  /** Of the file the scenario names. */
  readonly fileSha256: string
  readonly notices: readonly string[]
}

export function loadTrace(path: string, options: WorkloadOptions): Result<LoadedTrace> {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch (error) {
    return fail(`failed to open trace file ${path}: ${fileErrorReason(error)}`)
  }
  const fileSha256 = createHash('sha256').update(bytes).digest('hex')
  const drawn = options.traceSeed === undefined ? ok(null) : drawTrace(bytes, path, options.traceSeed)
  if (!drawn.ok) return drawn
  const parsed = drawn.value === null ? parseTrace(bytes, path, options.traceFormat) : ok(drawn.value.parsed)
  if (!parsed.ok) return parsed
  const workload = toWorkload(parsed.value, options)
  if (!workload.ok) return workload
  const sha256 = drawn.value?.sha256 ?? fileSha256
  return ok({
    workload: workload.value,
    sha256,
    fileSha256,
    sizeBytes: bytes.length,
    notices: parsed.value.notices,
  })
}

/** null = the seed is the file's own. */
function drawTrace(bytes: Uint8Array, path: string, seed: number): Result<DrawnTrace | null> {
  const recipe = recognizeRecipe(bytes, path)
  if (recipe === null) return fail(`--trace-seed: ${NO_RECIPE}`, '--trace-seed')
  return recipe.spec.seed === seed ? ok(null) : new DrawnTraces(recipe, basename(path)).draw(seed)
}
