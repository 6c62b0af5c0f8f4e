import {strToU8} from 'fflate'
import {messageOf} from '../../core/message-of.ts'
import {fail, ok, type Result} from '../../core/result.ts'

const MAGIC = [0x50, 0x41, 0x52, 0x31]

/** Told by the first bytes, never by the file's name. */
function isParquet(bytes: Uint8Array): boolean {
  return bytes.length > 8 && MAGIC.every((byte, i) => bytes[i] === byte)
}

/**
 * The rows of a Parquet file as JSON lines, for the readers of those; other bytes as they are. The library is loaded when a
 * file needs it: no run on another trace pays for it.
 */
export async function unpackParquet(bytes: Uint8Array, fileName: string): Promise<Result<Uint8Array>> {
  if (!isParquet(bytes)) return ok(bytes)
  try {
    const [{parquetReadObjects}, {compressors}] = await Promise.all([
      import('hyparquet'),
      import('hyparquet-compressors'),
    ])
    // A copy of its own: a Buffer of Node may be a piece of a larger one.
    const file = new Uint8Array(bytes).buffer
    const rows = await parquetReadObjects({file, compressors})
    return ok(strToU8(rows.map(row => JSON.stringify(row, plain)).join('\n')))
  } catch (error) {
    // What the library runs into beyond the end of a file is no sentence for a reader.
    const isCut = error instanceof TypeError || error instanceof RangeError
    const why = isCut ? 'it is damaged or cut short' : messageOf(error)
    return fail(`${fileName} is a Parquet file that cannot be read (${why})`)
  }
}

/** 64-bit integers as numbers, and dates as the text that readers of times know. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  return ArrayBuffer.isView(value) ? Array.from(value as unknown as Iterable<unknown>) : value
}
