import {RunError} from '../../core/result.ts'
import type {StreamLimits} from '../../run/stream-limits.ts'
import type {NextPiece} from '../../trace/streamed/file-pieces.ts'

const PIECE_BYTES = 2 ** 20

/** Reads a part of a file while everything else in the thread waits. */
export type ReadPart = (blob: Blob, from: number, to: number) => Uint8Array

/** How files are read in pieces here. */
export interface PieceReading {
  readonly readPart: ReadPart
  readonly limits: StreamLimits
  /** Larger files are not read as a whole: a buffer cannot be so long, or leaves no room beside it. */
  readonly mostWholeBytes: number
}

/**
 * The bytes of a file from its beginning, read when they are asked for.
 * @param onPiece told of each piece as it is read, and of the bytes up to its end
 * @throws RunError where the browser does not give them any more
 */
export function blobPieces(
  {blob, name}: {readonly blob: Blob; readonly name: string},
  readPart: ReadPart,
  onPiece: (piece: Uint8Array, end: number) => void = () => {},
): NextPiece {
  let at = 0
  return () => {
    if (at >= blob.size) return null
    const end = Math.min(at + PIECE_BYTES, blob.size)
    let piece: Uint8Array
    try {
      piece = readPart(blob, at, end)
    } catch {
      // Browsers hold a picked file to what it was: its size and the time of its last change.
      throw new RunError(
        `${name} cannot be read any more: it was changed, moved or removed since it was picked. Pick it again`,
      )
    }
    at = end
    onPiece(piece, end)
    return piece
  }
}
