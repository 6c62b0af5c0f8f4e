import {readFileSync} from 'node:fs'
import {basename} from 'node:path'
import {fail, ok, type Result} from '../../core/result.ts'
import {GENERATED_PREFIX} from '../../trace/catalogue.ts'
import {unpackTrace} from '../../trace/formats/packing/unpack-trace.ts'
import {joinShards} from '../../trace/formats/packing/unwrap-trace.ts'
import {GENERATED_RECIPES, recipeOf} from '../../trace/generators/trace-recipes.ts'
import {fileErrorReason} from '../file-errors.ts'
import {textOf} from './generated-traces.ts'
import {inflated} from './native-gunzip.ts'

/**
 * The bytes of a trace: of one file as they are; of several, the shards of one trace, each unpacked and one after the other.
 * `-` is the standard input, `generated:ID` a trace that has no file.
 */
export function readTraceBytes(paths: readonly string[]): Result<Uint8Array> {
  const [first = ''] = paths
  if (paths.length <= 1) return readOne(first)
  const shards: Uint8Array[] = []
  for (const path of paths) {
    const read = readOne(path)
    const unpacked = read.ok ? unpackTrace(inflated(read.value), path) : read
    if (!unpacked.ok) return unpacked
    shards.push(unpacked.value.bytes)
  }
  return ok(joinShards(shards))
}

/** What a trace is called in sentences and reports. */
export function traceName(paths: readonly string[]): string {
  const [first = '', ...others] = paths
  return others.length === 0 ? first : `${basename(first)} and ${others.length} more`
}

function readOne(path: string): Result<Uint8Array> {
  if (path.startsWith(GENERATED_PREFIX)) return makeTrace(path.slice(GENERATED_PREFIX.length))
  try {
    // `-` is the standard input, as for any filter.
    return ok(readFileSync(path === '-' ? 0 : path))
  } catch (error) {
    return fail(`failed to open trace file ${path}: ${fileErrorReason(error)}`)
  }
}

function makeTrace(id: string): Result<Uint8Array> {
  const recipe = recipeOf(id)
  if (recipe !== null) return ok(textOf(recipe))
  const known = Object.keys(GENERATED_RECIPES).map(name => `${GENERATED_PREFIX}${name}`)
  return fail(`there is no generated trace named "${id}"; there is ${known.join(', ')}`)
}
