import type {CurveKind, GridKind} from './tables.ts'

/**
 * A pack holds measured latencies: "PM12", u32 header bytes, u32 value count, a JSON header padded with
 * spaces to 4 bytes, then the values as Float64, byte-shuffled (all lowest bytes first), all of it gzipped.
 * Shuffling puts the slowly varying exponent bytes side by side, which gzip then squeezes.
 */
export const PACK_MAGIC = 'PM12'
export const PACK_PREFIX_BYTES = 12

export interface PackHeader {
  readonly gemm: readonly GemmPart[]
  readonly grids: readonly GridPart[]
  readonly curves: readonly CurvePart[]
  /** MoE distributions measured per format, in all files of the pair together. */
  readonly distributions: Readonly<Record<string, readonly string[]>>
  /** Tables the presets ask for that were never measured, so that no further file is fetched for them. */
  readonly absent: readonly {readonly kind: GridKind | CurveKind; readonly key: string}[]
}

/** Every site of a format is listed, in the order that breaks ties; values follow for those marked "1". */
export interface GemmPart {
  readonly mode: string
  /** Row counts measured; sites name theirs by index. */
  readonly sweeps: readonly (readonly number[])[]
  readonly n: readonly number[]
  readonly k: readonly number[]
  readonly sweep: readonly number[]
  /** One character per site. */
  readonly has: string
}

/**
 * A box over its axes, last axis fastest. Only measured points have values: `runs` counts measured and
 * unmeasured points in turn, starting with measured ones.
 */
export interface GridPart {
  readonly kind: GridKind
  readonly key: string
  readonly axes: readonly [readonly number[], readonly number[], readonly number[]]
  readonly runs: readonly number[]
}

export interface CurvePart {
  readonly kind: CurveKind
  readonly key: string
  readonly axis: readonly number[]
}
