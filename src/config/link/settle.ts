import type {FieldValue} from '../field-text.ts'
import type {LinkPairs} from './link-pairs.ts'

/**
 * Reads a group of fields that are checked together, dropping the one each failure names until the rest is valid.
 * @returns null if the base itself is refused
 */
export function settle<T>(
  link: LinkPairs,
  prefix: string,
  given: Map<string, FieldValue>,
  read: (fields: ReadonlyMap<string, FieldValue>) => {value: T} | {field: string},
): T | null {
  for (;;) {
    const outcome = read(given)
    if ('value' in outcome) return outcome.value
    if (given.size === 0) return null
    const named = outcome.field.replace(/^planner\./, '')
    // A check over several fields may name one the link does not set; then the last of the link's goes.
    const culprit = given.has(named) ? named : ([...given.keys()].at(-1) ?? '')
    link.ignore(`${prefix}${culprit}`, String(given.get(culprit)))
    given.delete(culprit)
  }
}
