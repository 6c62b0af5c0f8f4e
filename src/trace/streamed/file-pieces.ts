import {Gunzip} from 'fflate'
import {crc32Of} from '../../core/crc32.ts'
import {isGzip} from '../formats/gzip.ts'

/** The next piece of a file, null after the last; throws where it cannot be read. */
export type NextPiece = () => Uint8Array | null

const NEWLINE = 10
const TRAILER_BYTES = 8

/** What a gzip file holds, in pieces, with length and checksum of each member checked; another file as it is. */
export function unpackedPieces(next: NextPiece): NextPiece {
  const first = next()
  if (first === null || !isGzip(first)) return startingWith(first, next)
  const unpacker = new PieceUnpacker(startingWith(first, next))
  return () => unpacker.next()
}

function startingWith(first: Uint8Array | null, next: NextPiece): NextPiece {
  let isFirst = true
  return () => {
    if (!isFirst) return next()
    isFirst = false
    return first
  }
}

/** The same bytes cut after line ends. */
export function linePieces(next: NextPiece): NextPiece {
  return cutPieces(next, bytes => bytes.lastIndexOf(NEWLINE) + 1)
}

/** The same bytes cut elsewhere. @param endIn where some may be cut; 0 = nowhere, so that more is needed */
export function cutPieces(next: NextPiece, endIn: (bytes: Uint8Array) => number): NextPiece {
  let rest: Uint8Array = new Uint8Array(0)
  return () => {
    for (;;) {
      const piece = next()
      if (piece === null) {
        const last = rest
        rest = new Uint8Array(0)
        return last.length > 0 ? last : null
      }
      const joined = rest.length === 0 ? piece : joinedBytes(rest, piece)
      const end = endIn(joined)
      rest = joined.subarray(end)
      if (end > 0) return joined.subarray(0, end)
    }
  }
}

/** Unpacks gzip a piece at a time, several members too. */
class PieceUnpacker {
  readonly #packed: NextPiece
  readonly #stream = new Gunzip(piece => this.#unpacked(piece))
  readonly #ready: Uint8Array[] = []
  /** The piece that is unpacked, where it begins in the file, and the one before it. */
  #piece: Uint8Array | null
  #at = 0
  #before: Uint8Array = new Uint8Array(0)
  // Of the member under way.
  #crc = 0
  #length = 0

  constructor(packed: NextPiece) {
    this.#packed = packed
    this.#piece = packed()
    this.#stream.onmember = offset => this.#checkTrailer(offset)
  }

  next(): Uint8Array | null {
    while (this.#ready.length === 0 && this.#piece !== null) this.#unpackPiece(this.#piece)
    return this.#ready.shift() ?? null
  }

  #unpackPiece(piece: Uint8Array): void {
    const following = this.#packed()
    this.#stream.push(piece, following === null)
    if (following === null) this.#checkTrailer(this.#at + piece.length)
    this.#at += piece.length
    this.#before = piece
    this.#piece = following
  }

  #unpacked(piece: Uint8Array): void {
    if (piece.length === 0) return
    this.#crc = crc32Of(piece, this.#crc)
    this.#length += piece.length
    this.#ready.push(piece)
  }

  /** A member ends with the CRC-32 of its contents and their length modulo 2^32. @param end where it ends in the file */
  #checkTrailer(end: number): void {
    if (this.#uint32(end - TRAILER_BYTES) !== this.#crc) throw new Error('checksum does not match')
    if (this.#uint32(end - TRAILER_BYTES / 2) !== this.#length % 2 ** 32)
      throw new Error('length does not match')
    this.#crc = 0
    this.#length = 0
  }

  #uint32(at: number): number {
    let value = 0
    for (let i = 0; i < 4; i++) value += this.#byte(at + i) * 2 ** (8 * i)
    return value
  }

  /** A header is shorter than a piece, so a member that begins in this one ended in it or in the one before. */
  #byte(at: number): number {
    const inPiece = at - this.#at
    const byte = inPiece >= 0 ? this.#piece?.[inPiece] : this.#before[this.#before.length + inPiece]
    return byte ?? Number.NaN
  }
}

function joinedBytes(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length)
  joined.set(a)
  joined.set(b, a.length)
  return joined
}
