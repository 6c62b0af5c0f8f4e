import {basename} from 'node:path'
import type {Scenario} from '../../config/scenario.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import {oddityNotes, type Traffic} from '../../run/traffic.ts'
import {GENERATED_PREFIX} from '../../trace/catalogue.ts'
import {unpackParquet} from '../../trace/formats/parquet-to-lines.ts'
import {parseTrace} from '../../trace/formats/parse-trace.ts'
import type {TraceGenerator} from '../../trace/generators/generate.ts'
import {NO_RECIPE, recipeOf} from '../../trace/generators/trace-recipes.ts'
import {readOptionsOf, toWorkload, type WorkloadOptions} from '../../trace/parsed-trace.ts'
import {type GeneratedTrace, GeneratedTraces, recognizeRecipe} from './generated-traces.ts'
import {inflated} from './native-gunzip.ts'
import {nativeSha256} from './native-sha256.ts'
import {readTraceBytes, traceName} from './trace-files.ts'

/** Reads a trace, of one file or of several, or makes it anew where another seed is asked for. */
export async function loadTrace(
  paths: readonly string[],
  options: WorkloadOptions,
  scenario: Scenario | null = null,
): Promise<Result<Traffic>> {
  const path = traceName(paths)
  const read = readTraceBytes(paths)
  if (!read.ok) return read
  const bytes = read.value
  const fileSha256 = nativeSha256([bytes])
  const generated = options.traceSeed === undefined ? ok(null) : generateAnew(bytes, path, options.traceSeed)
  if (!generated.ok) return generated
  const rows = await unpackParquet(inflated(bytes), path)
  if (!rows.ok) return rows
  const parsed =
    generated.value === null
      ? parseTrace(rows.value, path, readOptionsOf(options))
      : ok(generated.value.parsed)
  if (!parsed.ok) return parsed
  const workload = toWorkload(parsed.value, options)
  if (!workload.ok) return workload
  const name = basename(path)
  return ok({
    workload: workload.value,
    name,
    sha256: generated.value?.sha256 ?? fileSha256,
    fileBytes: bytes.length,
    rows: parsed.value.requestCount,
    source: {kind: 'file', name, sha256: fileSha256},
    notices: [...parsed.value.notices, ...(scenario === null ? [] : oddityNotes(scenario, parsed.value))],
  })
}

/** How a trace is made anew with another seed; null: nobody here can. */
export function recipeOfTrace(bytes: Uint8Array, path: string): TraceGenerator | null {
  return path.startsWith(GENERATED_PREFIX)
    ? recipeOf(path.slice(GENERATED_PREFIX.length))
    : recognizeRecipe(bytes, path)
}

/** null = the seed is the file's own. */
function generateAnew(bytes: Uint8Array, path: string, seed: number): Result<GeneratedTrace | null> {
  const recipe = recipeOfTrace(bytes, path)
  if (recipe === null) return fail(`--trace-seed: ${NO_RECIPE}`, '--trace-seed')
  return recipe.spec.seed === seed ? ok(null) : new GeneratedTraces(recipe, basename(path)).generate(seed)
}
