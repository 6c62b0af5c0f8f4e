import {gunzipSync, strFromU8} from 'fflate'
import type {GemmTable} from './gemm-sites.ts'
import type {Grid} from './grid-shape.ts'
import {type GemmPart, type GridPart, PACK_MAGIC, PACK_PREFIX_BYTES, type PackHeader} from './pack-format.ts'
import type {TableSet} from './tables.ts'

/** What a gzip file holds. */
export type Gunzip = (bytes: Uint8Array) => Uint8Array

/**
 * Adds the tables of one pack to a set.
 * @param gunzip the host's own, where it has a faster one
 * @throws Error on anything but a complete pack; the caller has checked the checksum before
 */
export function decodePack(compressed: Uint8Array, tables: TableSet, gunzip: Gunzip = gunzipSync): void {
  const bytes = gunzip(compressed)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const magic = String.fromCharCode(...bytes.subarray(0, 4))
  if (magic !== PACK_MAGIC) throw new Error('not a table pack')
  const headerBytes = view.getUint32(4, true)
  const valueCount = view.getUint32(8, true)
  const start = PACK_PREFIX_BYTES + headerBytes
  if (bytes.byteLength !== start + 8 * valueCount) throw new Error('table pack is truncated')
  const headerText = strFromU8(bytes.subarray(PACK_PREFIX_BYTES, start))
  const values = unshuffle(bytes.subarray(start), valueCount)
  addParts(JSON.parse(headerText) as PackHeader, new ValueReader(values), tables)
}

function addParts(header: PackHeader, values: ValueReader, tables: TableSet): void {
  for (const part of header.gemm) tables.addGemm(part.mode, readGemm(part, values))
  for (const part of header.grids) tables.addGrid(part.kind, part.key, readGrid(part, values))
  for (const {kind, key, axis} of header.curves) {
    tables.addCurve(kind, key, {keys: Float64Array.from(axis), values: values.take(axis.length)})
  }
  for (const [mode, names] of Object.entries(header.distributions)) tables.setDistributions(mode, names)
  for (const {kind, key} of header.absent) tables.setAbsent(kind, key)
}

function readGemm(part: GemmPart, values: ValueReader): GemmTable {
  const sweeps = part.sweeps.map(sweep => Float64Array.from(sweep))
  const m = part.sweep.map(index => sweeps[index]!)
  const latency = m.map((rows, site) => (part.has[site] === '1' ? values.take(rows.length) : null))
  return {n: Float64Array.from(part.n), k: Float64Array.from(part.k), m, latency}
}

/** Indexes the measured points of the box branch by branch. */
function readGrid(part: GridPart, values: ValueReader): Grid {
  const [axis0, axis1, axis2] = part.axes
  const measured = expandRuns(part.runs, axis0.length * axis1.length * axis2.length)
  const leaves = measured.reduce((count, flag) => count + flag, 0)
  const keys0: number[] = []
  const keys1: number[] = []
  const start1 = [0]
  const start2 = [0]
  const keys2 = new Float64Array(leaves)
  let leaf = 0
  let at = 0
  for (const key0 of axis0) {
    const firstBranch = keys1.length
    for (const key1 of axis1) {
      const firstLeaf = leaf
      for (const key2 of axis2) if (measured[at++] === 1) keys2[leaf++] = key2
      if (leaf === firstLeaf) continue
      keys1.push(key1)
      start2.push(leaf)
    }
    if (keys1.length === firstBranch) continue
    keys0.push(key0)
    start1.push(keys1.length)
  }
  return {
    keys0: Float64Array.from(keys0),
    start1: Uint32Array.from(start1),
    keys1: Float64Array.from(keys1),
    start2: Uint32Array.from(start2),
    keys2,
    values: values.take(leaves),
  }
}

function expandRuns(runs: readonly number[], length: number): Uint8Array {
  const flags = new Uint8Array(length)
  let at = 0
  for (const [i, run] of runs.entries()) {
    if (i % 2 === 0) flags.fill(1, at, at + run)
    at += run
  }
  if (at !== length) throw new Error('table pack has a box of another size than its axes')
  return flags
}

class ValueReader {
  private readonly values: Float64Array
  private at = 0

  constructor(values: Float64Array) {
    this.values = values
  }

  take(count: number): Float64Array {
    if (this.at + count > this.values.length) throw new Error('table pack holds fewer values than it lists')
    this.at += count
    return this.values.subarray(this.at - count, this.at)
  }
}

function unshuffle(shuffled: Uint8Array, count: number): Float64Array {
  const bytes = new Uint8Array(8 * count)
  for (let byte = 0; byte < 8; byte++) {
    const plane = shuffled.subarray(byte * count, (byte + 1) * count)
    for (let i = 0, at = byte; i < count; i++, at += 8) bytes[at] = plane[i]!
  }
  // Little-endian, as every platform that runs JavaScript today.
  return new Float64Array(bytes.buffer)
}
