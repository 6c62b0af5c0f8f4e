import {type FieldShape, listed} from '../field.ts'

/** A value of the field's type, or the sentence part that says what was expected. */
export type Coerced =
  | {readonly ok: true; readonly value: number | string | boolean | null}
  | {readonly ok: false; readonly message: string}

/**
 * Reads a value as the reference's validator (pydantic in its lax mode) does: numbers from strings, truth from
 * words, whole numbers from 7.0, but no rounding and no text from numbers. Ranges are not checked here.
 */
export function coerceLax(field: FieldShape, value: unknown): Coerced {
  if (value === null && field.type !== 'boolean' && field.nullable) return accept(null)
  switch (field.type) {
    case 'integer':
      return coerceInteger(value)
    case 'number':
      return coerceNumber(value)
    case 'boolean':
      return coerceBoolean(value)
    case 'choice':
      if (typeof value === 'string' && field.choices.includes(value)) return accept(value)
      return refuse(`Input should be ${listed(field.choices)}`)
    case 'text':
      return typeof value === 'string' ? accept(value) : refuse('Input should be a valid string')
  }
}

function coerceInteger(value: unknown): Coerced {
  if (typeof value === 'boolean') return accept(value ? 1 : 0)
  if (typeof value === 'number') return wholeNumber(value, 'got a number with a fractional part')
  if (typeof value !== 'string') return refuse('Input should be a valid integer')
  const problem = 'unable to parse string as an integer'
  // Underscores between digits and a zero fraction are allowed, exponents are not.
  if (!/^\s*[+-]?\d+(_\d+)*(\.0+)?\s*$/.test(value))
    return refuse(`Input should be a valid integer, ${problem}`)
  return wholeNumber(Number(value.replaceAll('_', '')), problem)
}

function wholeNumber(value: number, problem: string): Coerced {
  if (!Number.isFinite(value)) return refuse('Input should be a finite number')
  if (!Number.isInteger(value)) return refuse(`Input should be a valid integer, ${problem}`)
  if (!Number.isSafeInteger(value)) return refuse('Input should be a valid integer, exceeded maximum size')
  return accept(value + 0)
}

function coerceNumber(value: unknown): Coerced {
  if (typeof value === 'boolean') return accept(value ? 1 : 0)
  if (typeof value === 'number') return finite(value)
  if (typeof value !== 'string') return refuse('Input should be a valid number')
  const text = value.trim()
  if (/^[+-]?(inf|infinity|nan)$/i.test(text)) return refuse('Input should be a finite number')
  if (!/^[+-]?(\d+(_\d+)*\.?(\d+(_\d+)*)?|\.\d+(_\d+)*)(e[+-]?\d+)?$/i.test(text)) {
    return refuse('Input should be a valid number, unable to parse string as a number')
  }
  return finite(Number(text.replaceAll('_', '')))
}

function finite(value: number): Coerced {
  return Number.isFinite(value) ? accept(value) : refuse('Input should be a finite number')
}

const TRUE_WORDS: ReadonlySet<string> = new Set(['1', 'on', 't', 'true', 'y', 'yes'])
const FALSE_WORDS: ReadonlySet<string> = new Set(['0', 'off', 'f', 'false', 'n', 'no'])

function coerceBoolean(value: unknown): Coerced {
  if (typeof value === 'boolean') return accept(value)
  if (value === 1 || value === 0) return accept(value === 1)
  const word = typeof value === 'string' ? value.toLowerCase() : null
  if (word !== null && TRUE_WORDS.has(word)) return accept(true)
  if (word !== null && FALSE_WORDS.has(word)) return accept(false)
  const isReadable = typeof value === 'string' || typeof value === 'number'
  return refuse(`Input should be a valid boolean${isReadable ? ', unable to interpret input' : ''}`)
}

function accept(value: number | string | boolean | null): Coerced {
  return {ok: true, value}
}

function refuse(message: string): Coerced {
  return {ok: false, message}
}
