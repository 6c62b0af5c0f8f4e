import {strFromU8} from 'fflate'

/** Kinds of file that are no trace, by how they begin, and what to do about each. */
const FOREIGN: readonly {
  readonly begins: string | readonly number[]
  readonly at?: number
  readonly is: string
}[] = [
  {
    begins: 'version https://git-lfs.github.com/spec/',
    is: 'a Git LFS pointer, not the file itself: fetch it with `git lfs pull`, or download the file from its page',
  },
  {
    begins: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
    is: 'an xz archive: unpack it with `xz -d` first',
  },
  {begins: 'BZh', is: 'a bzip2 archive: unpack it with `bzip2 -d` first'},
  {begins: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], is: 'a 7-Zip archive: unpack it first'},
  {begins: 'ustar', at: 257, is: 'a tar archive: unpack it with `tar -xf` and choose the trace'},
  {begins: '%PDF-', is: 'a PDF document, not a trace'},
  {begins: [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], is: 'a NumPy array, not a trace'},
  {begins: 'SQLite format 3', is: 'an SQLite database: export the requests as CSV'},
  {begins: 'ARROW1', is: 'an Arrow file: export it as CSV, JSON lines or Parquet'},
]

/** What a file is that no reader of ours reads, as a clause after "is"; null where it may be a trace. */
export function nameForeignFile(bytes: Uint8Array): string | null {
  const known = FOREIGN.find(({begins, at = 0}) => beginsWith(bytes, begins, at))
  if (known !== undefined) return known.is
  const head = strFromU8(bytes.subarray(0, 256), true).trimStart().toLowerCase()
  if (head.startsWith('<!doctype html') || head.startsWith('<html'))
    return 'a web page, not a trace: the download most likely gave an error page or a preview; download the raw file'
  if (head.startsWith('<?xml')) return 'an XML document, not a trace'
  return null
}

function beginsWith(bytes: Uint8Array, begins: string | readonly number[], at: number): boolean {
  const magic = typeof begins === 'string' ? Array.from(begins, letter => letter.charCodeAt(0)) : begins
  return magic.every((byte, i) => bytes[at + i] === byte)
}
