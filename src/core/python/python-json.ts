import {messageOf} from '../message-of.ts'
import {fail, ok, type Result} from '../result.ts'

/**
 * JSON as Python's writer makes it: `NaN`, `Infinity` and `-Infinity` stand for numbers, which JSON itself has not.
 * @param name of the file, for the sentence
 */
export function parsePythonJson(text: string, name: string): Result<unknown> {
  try {
    return ok(JSON.parse(text.replace(STRING_OR_WORD, spell)))
  } catch (error) {
    return fail(`${name} is not JSON: ${messageOf(error)}`)
  }
}

/** Strings are matched so that what they say is left alone. */
const STRING_OR_WORD = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g

function spell(part: string): string {
  if (part.startsWith('"')) return part
  // A number beyond the largest one reads as infinity; for none at all JSON has null.
  return part === 'NaN' ? 'null' : part === 'Infinity' ? '1e999' : '-1e999'
}
