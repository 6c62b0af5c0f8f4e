import {createHash} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {fail, ok, type Result} from '../core/result.ts'
import {parseTrace} from '../trace/parse-trace.ts'
import {toWorkload, type WorkloadOptions} from '../trace/parsed-trace.ts'
import type {Workload} from '../trace/workload.ts'
import {fileErrorReason} from './file-errors.ts'

export interface LoadedTrace {
  readonly workload: Workload
  /** Of the file's bytes as they are on disk, compressed or not. */
  readonly sha256: string
  readonly sizeBytes: number
  readonly notices: readonly string[]
}

export function loadTrace(path: string, options: WorkloadOptions): Result<LoadedTrace> {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch (error) {
    return fail(`failed to open trace file ${path}: ${fileErrorReason(error)}`)
  }
  const parsed = parseTrace(bytes, path, options.traceFormat)
  if (!parsed.ok) return parsed
  const workload = toWorkload(parsed.value, options)
  if (!workload.ok) return workload
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return ok({workload: workload.value, sha256, sizeBytes: bytes.length, notices: parsed.value.notices})
}
