import {isObject, type JsonObject} from '../core/is-object.ts'

export type StoredRecord = JsonObject

type Kind = 'string' | 'number' | 'object' | 'array' | 'string or null'

/** Whether a record has all these fields, each of its kind. */
export function hasFields(record: StoredRecord, fields: Readonly<Record<string, Kind>>): boolean {
  return Object.entries(fields).every(([key, kind]) => isKind(record[key], kind))
}

function isKind(value: unknown, kind: Kind): boolean {
  switch (kind) {
    case 'string or null':
      return typeof value === 'string' || value === null
    case 'object':
      return isObject(value)
    case 'array':
      return Array.isArray(value)
    case 'number':
      return Number.isFinite(value)
    default:
      return typeof value === kind
  }
}
