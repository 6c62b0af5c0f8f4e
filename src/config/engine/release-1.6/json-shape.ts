import type {JsonObject} from '../../../core/is-object.ts'
import {suggestion} from '../../../core/nearest-key.ts'

/** What a JSON value must be, in the words 1.6.1's own reader uses. */
export type JsonShape =
  | {readonly kind: 'unsigned'; readonly word: 'usize' | 'u64' | 'u32'; readonly nullable?: boolean}
  | {readonly kind: 'number'; readonly nullable?: boolean}
  | {readonly kind: 'boolean'; readonly nullable?: boolean}
  | {readonly kind: 'text'; readonly nullable?: boolean}
  | {readonly kind: 'choice'; readonly choices: readonly string[]; readonly nullable?: boolean}
  | {readonly kind: 'any'}

/** What is wrong with a value, to follow the path of its key; null if nothing is. */
export function shapeProblem(shape: JsonShape, value: unknown): string | null {
  if (shape.kind === 'any' || (value === null && shape.nullable)) return null
  switch (shape.kind) {
    case 'unsigned':
      if (typeof value !== 'number') return wrongType(value, shape.word)
      if (!Number.isInteger(value)) return wrongType(value, shape.word)
      return value < 0 ? `invalid value: integer \`${value}\`, expected ${shape.word}` : null
    case 'number':
      return typeof value === 'number' ? null : wrongType(value, 'f64')
    case 'boolean':
      return typeof value === 'boolean' ? null : wrongType(value, 'a boolean')
    case 'text':
      return typeof value === 'string' ? null : wrongType(value, 'a string')
    case 'choice':
      if (typeof value !== 'string') return wrongType(value, 'string or map')
      return shape.choices.includes(value)
        ? null
        : `unknown variant \`${value.slice(0, 60)}\`, expected ${namesOf(shape.choices)}`
  }
}

export function wrongType(value: unknown, expected: string): string {
  return `invalid type: ${describe(value)}, expected ${expected}`
}

/** The complaint about the first key that is not one of those allowed, or null. */
export function unknownKeyProblem(
  path: string,
  object: JsonObject,
  allowed: readonly string[],
  advice: (key: string) => string = key => suggestion(key, allowed),
): string | null {
  const key = Object.keys(object).find(name => !allowed.includes(name))
  if (key === undefined) return null
  const name = key.slice(0, 60)
  return `${path}${name}: unknown field \`${name}\`, expected ${namesOf(allowed)}${advice(key)}`
}

function namesOf(names: readonly string[]): string {
  const quoted = names.map(name => `\`${name}\``)
  if (quoted.length === 1) return quoted[0]!
  return quoted.length === 2 ? quoted.join(' or ') : `one of ${quoted.join(', ')}`
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'string') return `string ${JSON.stringify(value.slice(0, 60))}`
  if (typeof value === 'number')
    return Number.isInteger(value) ? `integer \`${value}\`` : `floating point \`${value}\``
  if (typeof value === 'boolean') return `boolean \`${value}\``
  return Array.isArray(value) ? 'sequence' : 'map'
}
