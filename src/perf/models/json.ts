import {isObject, type JsonObject} from '../../core/is-object.ts'

export type JsonRecord = JsonObject

/** The value as an object with named fields, or null for anything else. */
export function asRecord(value: unknown): JsonRecord | null {
  return isObject(value) ? value : null
}
