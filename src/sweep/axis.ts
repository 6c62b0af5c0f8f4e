import {checkField} from '../config/field.ts'
import {type FieldValue, parseFieldValue} from '../config/field-text.ts'
import type {Release} from '../config/release.ts'
import {fail, ok, type Result} from '../core/result.ts'
import {findSweepKey, inWordsOf, type SweepKey} from './keys.ts'

/** A knob and the values it takes, in the order given. */
export interface SweepAxis {
  readonly key: SweepKey
  readonly values: readonly FieldValue[]
}

/** More runs than this are a typing mistake; at a second each they take hours. */
export const MAX_POINTS = 10_000

/** File names end at 255 bytes on most systems, and ids hold up to two values. */
const MAX_VALUE_LENGTH = 80

/** `KEY=from:to:step` or `KEY=a,b,c`. */
export function parseAxis(text: string): Result<SweepAxis> {
  const equals = text.indexOf('=')
  const name = equals < 0 ? text : text.slice(0, equals)
  const key = findSweepKey(name)
  if (!key.ok) return key
  if (equals < 0 || equals === text.length - 1) return fail(`${name} needs values: ${name}=${EXAMPLE}`, name)
  const values = parseValues(key.value, text.slice(equals + 1))
  return values.ok ? ok({key: key.value, values: values.value}) : values
}

/** Axes whose knobs are called as a release calls them. */
export function axesInWordsOf(axes: readonly SweepAxis[], release: Release): readonly SweepAxis[] {
  return axes.map(axis => ({...axis, key: inWordsOf(axis.key, release)}))
}

const EXAMPLE = 'from:to:step or a,b,c'

/** An axis with these values, for ready-made sweeps; they must be valid. */
export function axisOf(name: string, values: readonly FieldValue[]): Result<SweepAxis> {
  const key = findSweepKey(name)
  return key.ok ? ok({key: key.value, values}) : key
}

function parseValues(key: SweepKey, text: string): Result<readonly FieldValue[]> {
  const isNumeric = key.field.type === 'integer' || key.field.type === 'number'
  const values = isNumeric && text.includes(':') ? parseRange(key, text) : parseList(key, text)
  if (!values.ok) return values
  if (new Set(values.value).size < values.value.length)
    return fail(`${key.name} has a value twice: ${text}`, key.name)
  return values
}

function parseList(key: SweepKey, text: string): Result<readonly FieldValue[]> {
  const values: FieldValue[] = []
  for (const part of text.split(',')) {
    const value = parseValue(key, part.trim())
    if (!value.ok) return value
    values.push(value.value)
    if (values.length > MAX_POINTS) return tooMany(key)
  }
  return ok(values)
}

function parseValue(key: SweepKey, text: string): Result<FieldValue> {
  if (text.length > MAX_VALUE_LENGTH) {
    return fail(`${key.name}: a value is longer than ${MAX_VALUE_LENGTH} characters`, key.name)
  }
  const value = parseFieldValue(key.field, text)
  return value === undefined ? fail(`${key.name} ${complaint(key, text)}`, key.name) : ok(value)
}

/** Why a text is no value of the field, in the words of the field table. */
function complaint(key: SweepKey, text: string): string {
  const isNumeric = key.field.type === 'integer' || key.field.type === 'number'
  const check = checkField(
    key.field,
    isNumeric && text !== '' && !Number.isNaN(Number(text)) ? Number(text) : text,
  )
  if (check.kind === 'out-of-range') return check.message
  const expected = check.kind === 'wrong-type' ? check.expected : 'a value'
  return `must be ${expected}, got '${text}'`
}

/** `from:to:step` with both ends; values are what the decimals say, free of binary crumbs (0.1:0.3:0.1 has 0.3). */
function parseRange(key: SweepKey, text: string): Result<readonly FieldValue[]> {
  const parts = text.split(':').map(part => part.trim())
  const [from, to, step] = parts.map(plainNumber)
  if (parts.length !== 3 || from === undefined || to === undefined || step === undefined) {
    return fail(`${key.name}: a range is from:to:step, three numbers, got '${text}'`, key.name)
  }
  if (step === 0 || (to - from) * step < 0) {
    return fail(`${key.name}: a step of ${step} does not lead from ${from} to ${to}`, key.name)
  }
  // A hair more than the quotient: 0:0.3:0.1 has three steps although 0.3 / 0.1 is a little less than 3.
  const steps = Math.floor((to - from) / step + 1e-9)
  if (steps >= MAX_POINTS) return tooMany(key)
  const digits = Math.max(decimals(parts[0] ?? ''), decimals(parts[2] ?? ''))
  const texts = Array.from({length: steps + 1}, (_, i) => (from + i * step).toFixed(digits))
  return parseList(key, texts.map(value => value.replace(/^-(?=[0.]+$)/, '')).join(','))
}

function plainNumber(text: string): number | undefined {
  return /^-?\d{1,15}(?:\.\d{1,15})?$/.test(text) ? Number(text) : undefined
}

function decimals(text: string): number {
  return text.includes('.') ? text.length - text.indexOf('.') - 1 : 0
}

function tooMany(key: SweepKey) {
  return fail(`${key.name} has more than ${MAX_POINTS} values`, key.name)
}
