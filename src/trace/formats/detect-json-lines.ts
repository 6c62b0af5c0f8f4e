import {strFromU8} from 'fflate'
import type {TraceFormat} from '../../config/trace-options.ts'
import {isColumnOf} from './csv/csv-columns.ts'
import {startsWithByteOrderMark} from './json-lines.ts'
import {AGENTIC_SCHEMA, DYNAMO_AGENT_SCHEMA, DYNAMO_SCHEMA, isTextKey} from './known-keys.ts'

export interface DetectedFormat {
  readonly format: TraceFormat
  /** Half a sentence: what in the content says so. */
  readonly why: string
  /** The content means nothing to 1.2.1. */
  readonly needsRelease16?: boolean
}

/** Enough for the first line of any format but one with a very long prompt of hashes first. */
export const HEAD_BYTES = 64 * 1024

/** Tells the format of JSON lines from the first bytes of the unpacked file; null where its text begins otherwise. */
export function detectJsonLines(bytes: Uint8Array): DetectedFormat | null {
  const start = startsWithByteOrderMark(bytes) ? 3 : 0
  const text = strFromU8(bytes.subarray(start, start + HEAD_BYTES)).trimStart()
  return text.startsWith('{') ? detectJson(text) : null
}

/** Where the text says nothing. */
export const UNTOLD: DetectedFormat = {format: 'mooncake', why: 'nothing in it says otherwise'}

function detectJson(text: string): DetectedFormat {
  const newline = text.indexOf('\n')
  const line = newline < 0 ? text : text.slice(0, newline)
  const has = (key: string) => line.includes(`"${key}"`)
  for (const schema of [DYNAMO_SCHEMA, DYNAMO_AGENT_SCHEMA])
    if (line.includes(schema)) return {format: 'dynamo', why: `its first line names ${schema}`}
  // A new version of the schema is for its reader to refuse by name.
  if (has('schema') && line.includes('dynamo.request.trace'))
    return {format: 'dynamo', why: 'its first line names a dynamo.request.trace schema'}
  if (has('input_prompt_length') || has('num_turns')) {
    const key = has('input_prompt_length') ? 'input_prompt_length' : 'num_turns'
    return {format: 'applied_compute_agentic', why: `its first line has ${key}`}
  }
  if (has('chat_id') && has('parent_chat_id') && has('hash_ids'))
    return {format: 'bailian', why: 'its first line has chat_id, parent_chat_id and hash_ids'}
  if (has('requests') && has('block_size') && has('hash_id_scope'))
    return {format: 'weka', why: 'it has requests, block_size and hash_id_scope'}
  if (line.includes(AGENTIC_SCHEMA))
    return {
      format: 'agentic_mooncake',
      why: `its first line names ${AGENTIC_SCHEMA}`,
      needsRelease16: true,
    }
  if (has('hash_ids') && has('request_id') && text.includes('"wait_for"'))
    return {format: 'agentic_mooncake', why: 'its rows have request_id, wait_for and hash_ids'}
  if (has('hash_ids')) return {format: 'mooncake', why: 'its first line has hash_ids'}
  const keys = keysOf(line)
  const lengths = lengthKeys(keys)
  if (lengths !== null) return {format: 'lengths', why: `its first line has ${lengths} and no hash_ids`}
  // The reader of lengths takes names from the user, and says which the rows have.
  if (keys.length > 0) return {format: 'lengths', why: 'its rows are JSON without the keys of another format'}
  return {format: 'mooncake', why: 'it is JSON lines without the keys of another format'}
}

function keysOf(line: string): readonly string[] {
  return [...line.matchAll(/"([\w.]{1,60})"\s*:/g)].map(match => match[1]!)
}

/** The keys of a first line that name output tokens beside input tokens or a prompt's text; null where it has none. */
function lengthKeys(keys: readonly string[]): string | null {
  const output = keys.find(key => isColumnOf('output', key))
  const input = keys.find(key => isColumnOf('input', key) || isTextKey(key))
  return output === undefined || input === undefined ? null : `${input} and ${output}`
}
