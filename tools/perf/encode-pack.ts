import {gzipSync} from 'fflate'
import {PACK_MAGIC, PACK_PREFIX_BYTES, type PackHeader} from '../../src/perf/aic/tables/pack-format.ts'
import type {CurveTable, GridTable} from './nested-table.ts'
import type {GemmSite} from './pair-tables.ts'

/** What one file holds. GEMM sites not kept are listed without their latencies. */
export interface PackContent {
  readonly gemm: readonly {
    readonly mode: string
    readonly sites: readonly GemmSite[]
    readonly kept: ReadonlySet<GemmSite>
  }[]
  readonly grids: readonly GridTable[]
  readonly curves: readonly CurveTable[]
  readonly distributions: Readonly<Record<string, readonly string[]>>
  readonly absent: PackHeader['absent']
}

export function encodePack(content: PackContent): Uint8Array {
  const values: number[] = []
  const header: PackHeader = {
    gemm: content.gemm.map(part => encodeGemm(part, values)),
    grids: content.grids.map(grid => encodeGrid(grid, values)),
    curves: content.curves.map(({kind, key, points}) => {
      values.push(...points.map(([, ms]) => ms))
      return {kind, key, axis: points.map(([x]) => x)}
    }),
    distributions: content.distributions,
    absent: content.absent,
  }
  return gzipSync(assemble(header, Float64Array.from(values)), {level: 9, mtime: 0})
}

function encodeGemm(
  {mode, sites, kept}: PackContent['gemm'][number],
  values: number[],
): PackHeader['gemm'][number] {
  const sweeps: number[][] = []
  const sweepIndex = new Map<string, number>()
  const sweep = sites.map(site => {
    const rows = site.points.map(([m]) => m)
    const key = rows.join()
    const index = sweepIndex.get(key) ?? sweeps.length
    if (index === sweeps.length) {
      sweeps.push(rows)
      sweepIndex.set(key, index)
    }
    return index
  })
  for (const site of sites) if (kept.has(site)) values.push(...site.points.map(([, ms]) => ms))
  const has = sites.map(site => (kept.has(site) ? '1' : '0')).join('')
  return {mode, sweeps, n: sites.map(site => site.n), k: sites.map(site => site.k), sweep, has}
}

function encodeGrid({kind, key, leaves}: GridTable, values: number[]): PackHeader['grids'][number] {
  const axis = (at: 0 | 1 | 2) => [...new Set(leaves.map(leaf => leaf[at]))].sort((a, b) => a - b)
  const axes = [axis(0), axis(1), axis(2)] as const
  const measured = new Map(leaves.map(([q0, q1, q2, ms]) => [`${q0} ${q1} ${q2}`, ms]))
  const runs = [0]
  for (const q0 of axes[0]) {
    for (const q1 of axes[1]) {
      for (const q2 of axes[2]) {
        const ms = measured.get(`${q0} ${q1} ${q2}`)
        if (ms !== undefined) values.push(ms)
        // Even places count measured points, odd ones the gaps between them.
        if ((ms !== undefined) !== (runs.length % 2 === 1)) runs.push(0)
        runs[runs.length - 1]!++
      }
    }
  }
  return {kind, key, axes, runs}
}

function assemble(header: PackHeader, values: Float64Array): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header))
  const headerBytes = Math.ceil(text.length / 4) * 4
  const bytes = new Uint8Array(PACK_PREFIX_BYTES + headerBytes + values.length * 8).fill(
    0x20,
    0,
    headerBytes + 12,
  )
  bytes.set(new TextEncoder().encode(PACK_MAGIC))
  const view = new DataView(bytes.buffer)
  view.setUint32(4, headerBytes, true)
  view.setUint32(8, values.length, true)
  bytes.set(text, PACK_PREFIX_BYTES)
  shuffleInto(bytes.subarray(PACK_PREFIX_BYTES + headerBytes), values)
  return bytes
}

function shuffleInto(target: Uint8Array, values: Float64Array): void {
  const view = new DataView(new ArrayBuffer(8))
  for (const [i, value] of values.entries()) {
    view.setFloat64(0, value, true)
    for (let byte = 0; byte < 8; byte++) target[byte * values.length + i] = view.getUint8(byte)
  }
}
