import {readFileSync} from 'node:fs'
import {decodeUtf16} from '../trace/formats/packing/utf16.ts'

/** What editors and shells of Windows begin a file with. */
const BYTE_ORDER_MARK = /^\uFEFF/

/** The text of a file that somebody wrote: UTF-8, or UTF-16 as shells of Windows write it, without its byte order mark. Throws as reading does. */
export function readTextFile(path: string): string {
  const bytes = readFileSync(path)
  return decodeUtf16(bytes) ?? bytes.toString('utf8').replace(BYTE_ORDER_MARK, '')
}
