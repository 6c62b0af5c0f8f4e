import {readdirSync, readFileSync, statSync} from 'node:fs'
import {basename, join} from 'node:path'
import {fail, ok, type Result} from '../core/result.ts'
import {unpackTrace} from '../trace/formats/unpack-trace.ts'
import type {WarmupFile} from '../trace/formats/warmup-trace.ts'
import {fileErrorReason} from './file-errors.ts'

/** The traffic that 1.6.1's load predictors have seen before: one file, or all JSON lines of a folder in name order. */
export async function loadWarmup(path: string): Promise<Result<readonly WarmupFile[]>> {
  const field = 'planner.load_predictor_warmup_trace'
  const files: WarmupFile[] = []
  try {
    for (const name of filesOf(path)) {
      const unpacked = unpackTrace(readFileSync(name), name)
      if (!unpacked.ok) return unpacked
      files.push({name: basename(name), text: new TextDecoder().decode(unpacked.value.bytes)})
    }
  } catch (error) {
    return fail(`${field}: cannot read ${path}: ${fileErrorReason(error)}`, field)
  }
  return ok(files)
}

function filesOf(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path)
    .filter(name => /\.jsonl(\.gz)?$/.test(name))
    .sort()
    .map(name => join(path, name))
}
