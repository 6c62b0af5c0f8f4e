import {checkField, type FieldShape} from './field.ts'

export type FieldValue = number | string | boolean | null

/** Stands for null among numbers; among texts and choices (one is called none) the empty text does. */
const NONE = 'none'

/** A field's value as it stands in a link. */
export function formatFieldValue(field: FieldShape, value: FieldValue): string {
  if (value === null) return field.type === 'integer' || field.type === 'number' ? NONE : ''
  return String(value)
}

/** The value a link's text stands for; undefined if the field cannot take it. */
export function parseFieldValue(field: FieldShape, text: string): FieldValue | undefined {
  const check = checkField(field, candidateOf(field, text))
  return check.kind === 'ok' ? check.value : undefined
}

function candidateOf(field: FieldShape, text: string): unknown {
  switch (field.type) {
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined
    case 'integer':
    case 'number':
      return text === NONE ? null : numberOf(text)
    case 'choice':
    case 'text':
      return text === '' && field.nullable ? null : text
  }
}

/** Plain decimal numbers only: no hex, no blanks, no Infinity. */
function numberOf(text: string): number | undefined {
  return /^-?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:e[+-]?\d{1,3})?$/i.test(text)
    ? Number(text)
    : undefined
}
