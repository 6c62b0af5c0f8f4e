/**
 * How one configuration field is read, checked and shown. A table of these drives the JSON reader, the form and
 * the help, so that a range or a sentence stands in one place.
 */
interface FieldBase<K extends string, G extends string> {
  readonly key: K
  readonly label: string
  /** One sentence for people who know serving systems. */
  readonly help: string
  readonly unit: string | null
  readonly group: G
  /** Folded away in the form. */
  readonly advanced: boolean
  /** `ours` never gets into a command line for the reference; absent = the reference has it. */
  readonly owner?: 'reference' | 'ours'
}

export interface NumberField {
  readonly type: 'integer' | 'number'
  readonly nullable: boolean
  readonly min: number
  readonly max: number
  readonly default: number | null
}

export interface BooleanField {
  readonly type: 'boolean'
  readonly default: boolean
}

export interface ChoiceField {
  readonly type: 'choice'
  readonly nullable: boolean
  readonly choices: readonly string[]
  readonly default: string | null
}

export interface TextField {
  readonly type: 'text'
  readonly nullable: boolean
  readonly default: string | null
}

export type FieldShape = NumberField | BooleanField | ChoiceField | TextField
export type Field<K extends string = string, G extends string = string> = FieldBase<K, G> & FieldShape

/** Whether a field takes a value; what it must be instead is a part of a sentence, after the field's key. */
export type FieldCheck =
  | {readonly kind: 'ok'; readonly value: number | string | boolean | null}
  | {readonly kind: 'wrong-type'; readonly expected: string}
  | {readonly kind: 'out-of-range'; readonly message: string}

/** Text of any length ends up in links, messages and file names; nothing honest is longer. */
const MAX_TEXT_LENGTH = 4096

/** Tells a wrong type (which some readers forgive) from a wrong value (which none does). */
export function checkField(field: FieldShape, value: unknown): FieldCheck {
  if (value === null && field.type !== 'boolean' && field.nullable) return {kind: 'ok', value}
  switch (field.type) {
    case 'boolean':
      return typeof value === 'boolean' ? {kind: 'ok', value} : wrongType('true or false')
    case 'integer':
    case 'number':
      return checkNumber(field, value)
    case 'choice':
      if (typeof value !== 'string') return wrongType('a string')
      if (field.choices.includes(value)) return {kind: 'ok', value}
      return outOfRange(`must be ${listed(field.choices)}, got ${quoted(value)}`)
    case 'text':
      if (typeof value !== 'string') return wrongType('a string')
      return value.length <= MAX_TEXT_LENGTH
        ? {kind: 'ok', value}
        : outOfRange(`must be at most ${MAX_TEXT_LENGTH} characters long, got ${value.length}`)
  }
}

function checkNumber(field: NumberField, value: unknown): FieldCheck {
  const expected = field.type === 'integer' ? 'a whole number' : 'a number'
  if (typeof value !== 'number' || !Number.isFinite(value)) return wrongType(expected)
  if (field.type === 'integer' && !Number.isInteger(value)) return wrongType(expected)
  if (value < field.min) return outOfRange(`must be at least ${field.min}, got ${value}`)
  if (value > field.max) return outOfRange(`must be at most ${field.max}, got ${value}`)
  return {kind: 'ok', value}
}

function wrongType(expected: string): FieldCheck {
  return {kind: 'wrong-type', expected}
}

function outOfRange(message: string): FieldCheck {
  return {kind: 'out-of-range', message}
}

/** `'a', 'b' or 'c'`. */
export function listed(choices: readonly string[]): string {
  const all = choices.map(choice => `'${choice}'`)
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`
}

/** A user's value inside a one-line message: JSON, cut short. */
export function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`
}
