import {strFromU8} from 'fflate'

const EXPORT_ROWS = 'export it as CSV, JSON lines or Parquet'

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
  {begins: 'Rar!', is: 'a RAR archive: unpack it first'},
  {begins: [0x04, 0x22, 0x4d, 0x18], is: 'an lz4 archive: unpack it with `lz4 -d` first'},
  {begins: [0xff, 0x06, 0x00, 0x00, 0x73, 0x4e, 0x61, 0x50], is: 'a snappy archive: unpack it first'},
  {begins: 'ustar', at: 257, is: 'a tar archive: unpack it with `tar -xf` and choose the trace'},
  {begins: '%PDF-', is: 'a PDF document, not a trace'},
  {begins: [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], is: 'a NumPy array, not a trace'},
  {begins: 'SQLite format 3', is: 'an SQLite database: export the requests as CSV'},
  {begins: 'ARROW1', is: `an Arrow file: ${EXPORT_ROWS}`},
  {begins: 'FEA1', is: `a Feather file: ${EXPORT_ROWS}`},
  {begins: 'ORC', is: `an ORC file: ${EXPORT_ROWS}`},
  {begins: [0x4f, 0x62, 0x6a, 0x01], is: `an Avro file: ${EXPORT_ROWS}`},
  {begins: [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a], is: `an HDF5 file: ${EXPORT_ROWS}`},
  {begins: [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1], is: 'an old Office document: save the sheet as CSV'},
  {begins: [0x89, 0x50, 0x4e, 0x47], is: 'a picture, not a trace'},
  {begins: [0xff, 0xd8, 0xff], is: 'a picture, not a trace'},
  {begins: [0xff, 0xfe, 0x00, 0x00], is: 'UTF-32 text: save it as UTF-8'},
  {begins: [0x00, 0x00, 0xfe, 0xff], is: 'UTF-32 text: save it as UTF-8'},
  // Protocols 2 to 5: no text begins so.
  ...[2, 3, 4, 5].map(protocol => ({
    begins: [0x80, protocol],
    is: `a Python pickle: ${EXPORT_ROWS}`,
  })),
]

/** The arguments of a benchmark come before its results, in fewer bytes than this. */
const YAML_HEAD = 64 * 1024

/** What a file is that no reader of ours reads, as a clause after "is"; null where it may be a trace. */
export function nameForeignFile(bytes: Uint8Array): string | null {
  const known = FOREIGN.find(({begins, at = 0}) => beginsWith(bytes, begins, at))
  if (known !== undefined) return known.is
  const head = strFromU8(bytes.subarray(0, 1024), true).trimStart().toLowerCase()
  if (/^(<!--.*?-->\s*)*<(!doctype html|html|head|body)\b/s.test(head))
    return 'a web page, not a trace: the download most likely gave an error page or a preview; download the raw file'
  if (head.startsWith('<?xml') || head.startsWith('<error>')) return 'an XML document, not a trace'
  if (/^args:\s/.test(head) && /\nbenchmarks:\s*\n/.test(strFromU8(bytes.subarray(0, YAML_HEAD), true)))
    return "guidellm's report as YAML: its JSON (benchmarks.json) is read"
  if (bytes.length < 200 && /^(error )?[45]\d\d(:|\s)[ a-z]+\s*$/.test(head))
    return "a server's answer that it has no such file, not a trace: download it anew"
  return null
}

/** Archives of the zip form that are documents of their own; null for any other. */
export function nameArchive(names: readonly string[]): string | null {
  if (names.includes('[Content_Types].xml'))
    return names.some(name => name.startsWith('xl/'))
      ? 'an Excel workbook: save the sheet as CSV'
      : 'an Office document, not a trace'
  return names.every(name => name.endsWith('.npy')) ? 'an archive of NumPy arrays, not a trace' : null
}

export const BINARY = 'a binary file of a kind that is not read here: export it as CSV, JSON lines or Parquet'

/** Of the beginning, more bytes than this share are control characters in no text. */
const CONTROL_SHARE = 1 / 32

/** Whether a file that no name is known for is no text at all. */
export function isBinary(bytes: Uint8Array): boolean {
  const head = bytes.subarray(0, 1024)
  const controls = head.reduce((count, byte) => count + Number(byte < 0x20 && !isBlank(byte)), 0)
  return controls > 2 && controls > CONTROL_SHARE * head.length
}

/** Tabulator, line ends, form feed and the like. */
function isBlank(byte: number): boolean {
  return byte >= 0x09 && byte <= 0x0d
}

function beginsWith(bytes: Uint8Array, begins: string | readonly number[], at: number): boolean {
  const magic = typeof begins === 'string' ? Array.from(begins, letter => letter.charCodeAt(0)) : begins
  return magic.every((byte, i) => bytes[at + i] === byte)
}
