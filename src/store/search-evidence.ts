import {strFromU8, strToU8} from 'fflate'
import {isObject} from '../core/is-object.ts'
import {fail, ok, type Result} from '../core/result.ts'
import {isScenario} from './library-record.ts'
import {DAMAGED} from './migrations.ts'
import type {SearchEvidence} from './saved-search.ts'
import {hasFields} from './shape.ts'

/** Evidence from which an answer can be made again, or why not. */
export function readEvidence(body: unknown): Result<SearchEvidence> {
  if (!isObject(body) || !isObject(body.problem) || !Array.isArray(body.results)) return fail(DAMAGED)
  const {problem, results, why} = body
  const isWhole =
    hasFields(problem, {base: 'object', objective: 'object', space: 'object', budget: 'number'}) &&
    hasFields(problem, {phases: 'number', seed: 'number', windows: 'array', prices: 'object'}) &&
    isScenario(problem.base) &&
    results.every(isRun)
  return isWhole
    ? ok({problem, results, why: isObject(why) && Array.isArray(why.reasons) ? why : null})
    : fail(DAMAGED)
}

function isRun(value: unknown): boolean {
  if (!Array.isArray(value) || typeof value[0] !== 'string' || !isObject(value[1])) return false
  const {ok: isOk, value: figures, error} = value[1]
  if (isOk !== true) return isObject(error) && typeof error.message === 'string'
  return (
    isObject(figures) &&
    hasFields(figures, {gpu_hours: 'number', billed_gpu_hours: 'number', duration_ms: 'number'}) &&
    hasFields(figures, {digest: 'string', num_requests: 'number'})
  )
}

export function packEvidence(evidence: SearchEvidence): Uint8Array<ArrayBuffer> {
  return strToU8(`${JSON.stringify(evidence)}\n`) as Uint8Array<ArrayBuffer>
}

export function parseEvidence(bytes: Uint8Array): Result<SearchEvidence> {
  try {
    const evidence = readEvidence(JSON.parse(strFromU8(bytes)))
    return evidence.ok ? evidence : fail('its runs are damaged')
  } catch {
    return fail('its runs are damaged')
  }
}
