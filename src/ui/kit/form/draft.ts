import {checkField, type Field, type FieldShape} from '../../../config/field.ts'
import {fail, ok, type Result} from '../../../core/result.ts'

/** What stands in a control: text while typing, so that half a number is neither lost nor an exception. */
export type DraftValue = string | boolean

export type Values = Readonly<Record<string, unknown>>
export type Drafts = Record<string, DraftValue>

export function draftOf(field: FieldShape, value: unknown): DraftValue {
  if (field.type === 'boolean') return value === true
  return value === null || value === undefined ? '' : String(value)
}

export function draftsOf(fields: readonly Field[], values: Values): Drafts {
  return Object.fromEntries(fields.map(field => [field.key, draftOf(field, values[field.key])]))
}

/** The value a draft stands for, checked on its own; rules between fields are the parser's. */
function readDraft(field: Field, draft: DraftValue): Result<number | string | boolean | null> {
  const check = checkField(field, rawValue(field, draft))
  switch (check.kind) {
    case 'ok':
      return ok(check.value)
    case 'wrong-type':
      return fail(`${field.key} must be ${check.expected}${emptyHint(field)}`, field.key)
    case 'out-of-range':
      return fail(`${field.key} ${check.message}`, field.key)
  }
}

function rawValue(field: Field, draft: DraftValue): unknown {
  if (typeof draft === 'boolean') return draft
  const text = draft.trim()
  if (field.type === 'integer' || field.type === 'number') {
    if (text === '') return field.nullable ? null : ''
    // Underscores, hex and "Infinity" are for programmers; here a number is digits.
    return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : text
  }
  if (text === '' && field.type !== 'boolean' && field.nullable) return null
  return text
}

function emptyHint(field: Field): string {
  return 'nullable' in field && field.nullable ? ', or empty' : ''
}

/** All drafts of a table as values, with a sentence for each field that is wrong. */
export function valuesOf(
  fields: readonly Field[],
  drafts: Drafts,
): {values: Values; problems: Map<string, string>} {
  const values: Record<string, unknown> = {}
  const problems = new Map<string, string>()
  for (const field of fields) {
    const result = readDraft(field, drafts[field.key] ?? '')
    if (result.ok) values[field.key] = result.value
    else problems.set(field.key, result.error.message)
  }
  return {values, problems}
}
