import {isEqual} from '../../core/is-equal.ts'
import {isObject, type JsonObject} from '../../core/is-object.ts'
import {suggestion} from '../../core/nearest-key.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import {type JsonShape, shapeProblem} from '../engine/release-1.6/json-shape.ts'

export type Shapes = Readonly<Record<string, JsonShape>>

export const any: JsonShape = {kind: 'any'}
export const text: JsonShape = {kind: 'text'}
export const flag: JsonShape = {kind: 'boolean'}
export const number: JsonShape = {kind: 'number'}
export const whole: JsonShape = {kind: 'unsigned', word: 'u64'}
export const oneOf = (...choices: readonly string[]): JsonShape => ({kind: 'choice', choices})

/** A mapping of the file with its keys checked; one that is absent, like a key that holds null, says nothing. */
export function readSection(path: string, value: unknown, shapes: Shapes): Result<JsonObject> {
  if (value === undefined || value === null) return ok({})
  if (!isObject(value)) return fail(`${path} must be a mapping`, path)
  const given = Object.entries(value).filter(([, own]) => own !== null)
  for (const [key, own] of given) {
    const place = path === '' ? key : `${path}.${key}`
    const shape = Object.hasOwn(shapes, key) ? shapes[key] : undefined
    if (shape === undefined)
      return fail(
        `${place.slice(0, 120)} is not a key of this file${suggestion(key, Object.keys(shapes))}`,
        place,
      )
    const problem = shapeProblem(shape, own)
    if (problem !== null) return fail(`${place}: ${problem}`, place)
  }
  return ok(Object.fromEntries(given))
}

/** Numbers that must lie above 0, by their keys. */
export function checkPositive(
  path: string,
  section: JsonObject,
  keys: readonly string[],
): ReturnType<typeof fail> | null {
  const wrong = keys.find(key => section[key] !== undefined && !((section[key] as number) > 0))
  return wrong === undefined
    ? null
    : fail(`${path}.${wrong} must be above 0, got ${section[wrong]}`, `${path}.${wrong}`)
}

/** A key that 1.6.1 knows and a replay here does not follow, and the values of it that change nothing. */
export type Unsimulated = Readonly<Record<string, readonly unknown[]>>

export function refuseUnsimulated(
  path: string,
  section: JsonObject,
  keys: Unsimulated,
): ReturnType<typeof fail> | null {
  for (const [key, inert] of Object.entries(keys)) {
    const value = section[key]
    if (value === undefined || inert.some(own => isEqual(own, value))) continue
    return fail(`${path}.${key} is known to 1.6.1 but not simulated here`, `${path}.${key}`)
  }
  return null
}
