import {createHash} from 'node:crypto'
import {readFileSync} from 'node:fs'
import type {Scenario} from '../config/scenario.ts'
import {fail, ok, type Result} from '../core/result.ts'
import {parseMooncake} from '../trace/mooncake.ts'
import type {Workload} from '../trace/workload.ts'
import {fileErrorReason} from './file-errors.ts'

export interface LoadedTrace {
  readonly workload: Workload
  /** Of the file's bytes as they are on disk, compressed or not. */
  readonly sha256: string
}

export function loadTrace(
  path: string,
  options: Pick<Scenario, 'traceBlockSize' | 'arrivalSpeedupRatio'>,
): Result<LoadedTrace> {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch (error) {
    return fail(`failed to open trace file ${path}: ${fileErrorReason(error)}`)
  }
  const workload = parseMooncake(bytes, {
    fileName: path,
    traceBlockSize: options.traceBlockSize,
    arrivalSpeedupRatio: options.arrivalSpeedupRatio,
  })
  if (!workload.ok) return workload
  return ok({workload: workload.value, sha256: createHash('sha256').update(bytes).digest('hex')})
}
