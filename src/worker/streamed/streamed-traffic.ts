import type {Scenario} from '../../config/scenario.ts'
import type {Result} from '../../core/result.ts'
import {rereadMooncake, streamedLengths} from '../../run/stream.ts'
import type {Traffic} from '../../run/traffic.ts'
import {tellOddity} from '../../trace/doctor/oddity.ts'
import {readLengthOddities} from '../../trace/doctor/read-oddities.ts'
import {blobPieces, type ReadPart} from './blob-pieces.ts'
import type {StreamedFile} from './streamed-files.ts'

/** The traffic of a run over a file that is not kept; null where the run has to keep its requests after all. */
export function streamedTraffic(
  file: StreamedFile,
  scenario: Scenario,
  readPart: ReadPart,
): Result<Traffic> | null {
  const {columns, name, sha256, mooncake} = file
  if (mooncake !== null) {
    const open = () => blobPieces(file, readPart)
    return rereadMooncake(open, {scenario, name, fileName: name, sha256, read: mooncake, columns})
  }
  const odd = readLengthOddities(columns, file.readAs, scenario).map(tellOddity)
  return streamedLengths(columns, {scenario, name, sha256, notices: [...file.notices, ...odd]})
}
