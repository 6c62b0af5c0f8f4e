import {strFromU8} from 'fflate'
import {cutPieces, type NextPiece} from './file-pieces.ts'

const NEWLINE = 10

/** The same whole lines of JSON cut where no session goes on, as far as its turns stand in a row. */
export function sessionPieces(next: NextPiece): NextPiece {
  return cutPieces(next, endOfSessions)
}

/** Where the last session begins, which may go on behind these bytes; their end if the last line has no session. */
function endOfSessions(bytes: Uint8Array): number {
  let last: string | null = null
  for (let end = bytes.length; end > 0; ) {
    const start = end > 1 ? bytes.lastIndexOf(NEWLINE, end - 2) + 1 : 0
    const session = sessionOf(bytes.subarray(start, end))
    if (session === null && last === null) return bytes.length
    if (session !== undefined && last !== null && session !== last) return end
    last = session ?? last
    end = start
  }
  return last === null ? bytes.length : 0
}

/** null = it has none; undefined = there is nothing in the line, or something for the reader to refuse. */
function sessionOf(line: Uint8Array): string | null | undefined {
  let row: unknown
  try {
    row = JSON.parse(strFromU8(line))
  } catch {
    return undefined
  }
  const id = row !== null && typeof row === 'object' && 'session_id' in row ? row.session_id : null
  return typeof id === 'string' ? id : null
}
