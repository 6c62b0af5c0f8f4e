import {isObject} from './is-object.ts'

/**
 * Whether two values of plain data (scenarios, traces, axes) say the same, whatever the order of their keys. A field that
 * is undefined counts as absent, as it does once stored.
 */
export function isEqual(a: unknown, b: unknown): boolean {
  if (a === b || Object.is(a, b)) return true
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((value, index) => isEqual(value, b[index]))
  if (!isObject(a) || !isObject(b)) return false
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].every(key => isEqual(a[key], b[key]))
}
