import {isAzureHeader, isBurstGptHeader} from './csv/csv-columns.ts'
import {readCsvHeader} from './csv/csv-rows.ts'
import {type DetectedFormat, detectJsonLines, HEAD_BYTES, UNTOLD} from './detect-json-lines.ts'

/** Tells the format from the first bytes of the unpacked file, never from its name. */
export function detectFormat(bytes: Uint8Array): DetectedFormat {
  return detectJsonLines(bytes) ?? detectCsv(bytes) ?? UNTOLD
}

function detectCsv(bytes: Uint8Array): DetectedFormat | null {
  const header = readCsvHeader(bytes.subarray(0, HEAD_BYTES))
  if (header === null || header.length < 2) return null
  if (isAzureHeader(header))
    return {format: 'azure', why: 'its header names TIMESTAMP, ContextTokens and GeneratedTokens'}
  if (isBurstGptHeader(header))
    return {format: 'burstgpt', why: 'its header names Timestamp, Request tokens and Response tokens'}
  return {format: 'csv', why: `its first line reads as a header of ${header.length} columns`}
}
