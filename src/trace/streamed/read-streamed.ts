import type {CsvColumns, TraceFormat} from '../../config/trace-options.ts'
import type {Problem} from '../../core/result.ts'
import type {TimedTrace} from '../doctor/odd-times.ts'
import type {LengthColumns} from './column-source.ts'
import {lengthsStreamFor} from './create-lengths-stream.ts'
import {linePieces, type NextPiece, unpackedPieces} from './file-pieces.ts'
import {GrowingLengths} from './lengths-stream.ts'
import type {MooncakeRowOptions} from './mooncake-rows.ts'
import {type ReadMooncake, readMooncake} from './mooncake-source.ts'

/** What is kept of a file that was read once, whatever is made of its requests. */
export interface StreamedColumns {
  readonly columns: LengthColumns
  readonly notices: readonly string[]
  readonly readAs: Pick<TimedTrace, 'format' | 'guessedUnit'>
  /** Of a file whose hash ids are to be read again; null = it has none. */
  readonly mooncake: ReadMooncake | null
}

/** A file that has to be read as a whole, and what is wrong with it as far as that is known. */
export interface ReadAsWhole {
  readonly columns: null
  readonly problem: Problem | null
}

export interface StreamedReading extends MooncakeRowOptions {
  readonly format: TraceFormat
  readonly csvColumns: CsvColumns
}

/**
 * Reads a file to its end, with a stop after each piece.
 * @param open the file from its beginning, packed or not
 * @param rows about how many there are
 */
export function* readStreamed(
  open: () => NextPiece,
  reading: StreamedReading,
  rows: number,
): Generator<void, StreamedColumns | ReadAsWhole, void> {
  if (reading.format === 'mooncake') return yield* readHashes(open, reading, rows)
  const {fileName, format, csvColumns} = reading
  const stream = lengthsStreamFor(format, {fileName, columns: csvColumns, rows})
  if (stream === null) return AS_WHOLE
  const next = linePieces(unpackedPieces(open()))
  for (let piece = next(); piece !== null; piece = next()) {
    const problem = stream.read(piece)
    if (problem !== null || stream.saysMore) return {columns: null, problem}
    yield
  }
  return {columns: stream.columns(), notices: stream.notices, readAs: stream.readAs, mooncake: null}
}

const AS_WHOLE: ReadAsWhole = {columns: null, problem: null}

function* readHashes(
  open: () => NextPiece,
  reading: MooncakeRowOptions,
  rows: number,
): Generator<void, StreamedColumns | ReadAsWhole, void> {
  const lengths = new GrowingLengths(rows)
  const mooncake = yield* readMooncake(open, reading, (timestampMs, input, output, delayMs) =>
    lengths.add(timestampMs, input, output, delayMs),
  )
  if (mooncake === null) return AS_WHOLE
  const readAs = {format: 'mooncake', guessedUnit: 'ms'} as const
  return {columns: lengths.columns(), notices: mooncake.notices, readAs, mooncake}
}
