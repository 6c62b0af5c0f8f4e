import {RunError} from '../../core/result.ts'
import {detectFormat} from '../formats/detect-format.ts'
import type {DetectedFormat} from '../formats/detect-json-lines.ts'
import {linePieces, type NextPiece, unpackedPieces} from './file-pieces.ts'

/** What the beginning of a file tells of it. */
export interface FileLook {
  readonly detected: DetectedFormat
  /** About how many lines there are. */
  readonly rows: number
}

/** Bytes from which the number of rows is told; of a packed file a piece more is read than unpacked. */
const HEAD_READ = 4 * 2 ** 20
const NEWLINE = 10

/** null where the file cannot be read, or begins with a line that no reader takes. @param size of the file, packed or not */
export function lookAtFile(next: NextPiece, size: number): FileLook | null {
  let read = 0
  const counted = () => {
    const piece = next()
    read += piece?.length ?? 0
    return piece
  }
  try {
    const lines = linePieces(unpackedPieces(counted))
    const head = lines() ?? new Uint8Array(0)
    let rows = 0
    for (let piece: Uint8Array | null = head; piece !== null; piece = read < HEAD_READ ? lines() : null)
      rows += linesIn(piece)
    return {detected: detectFormat(head), rows: (rows / read) * size}
  } catch (error) {
    // What the host says of a file that is gone is said as it is.
    if (error instanceof RunError) throw error
    return null
  }
}

function linesIn(piece: Uint8Array): number {
  let count = 0
  for (let at = piece.indexOf(NEWLINE); at >= 0; at = piece.indexOf(NEWLINE, at + 1)) count++
  return count
}
