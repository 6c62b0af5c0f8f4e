import {strFromU8} from 'fflate'
import {type BackendName, isSystemName, type SystemName} from '../../../config/gpus.ts'
import {fail, ok, type Result} from '../../../core/result.ts'
import {asRecord} from '../../models/json.ts'
import type {Edition} from '../request/estimator.ts'

/** What a manifest below `perf/` lists: the tables of one edition. Editions share the files in which they are equal. */
export interface Manifest {
  readonly edition: string
  readonly licence: string
  readonly attribution: string
  readonly source: {
    readonly package: string
    readonly version: string
    readonly wheel: string
    readonly sha256: string
  }
  /** Models that every pair's first file answers. */
  readonly presets: readonly string[]
  readonly pairs: readonly PackPair[]
}

/** How an engine of a catalogue model may be spread: [TP, expert TP, expert EP], 1 x 1 for dense models. */
export type EngineSplit = readonly [tp: number, moeTp: number, moeEp: number]

export interface PackFile {
  /** Name below `perf/`. */
  readonly file: string
  readonly bytes: number
  readonly sha256: string
}

export interface PackPair {
  readonly system: SystemName
  readonly backend: BackendName
  readonly version: string
  /** Answers all presets. */
  readonly core: PackFile
  /** Whole tables for any other shape: `gemm.<format>`, `moe.<format>`, `attention`. */
  readonly tiers: Readonly<Record<string, PackFile>>
  /** Catalogue model -> splits that can be predicted, prefill and decode both. */
  readonly engines: Readonly<Record<string, readonly EngineSplit[]>>
  /** Table -> measured versions it is made of, first wins. */
  readonly sources: Readonly<Record<string, readonly string[]>>
}

/** @param wanted the file's name below `perf/` and the edition it must list */
export function parseManifest(
  bytes: Uint8Array,
  {name, edition}: {readonly name: string; readonly edition: Edition},
): Result<Manifest> {
  let parsed: unknown
  try {
    parsed = JSON.parse(strFromU8(bytes))
  } catch {
    return fail(`perf/${name} is not JSON: reload to fetch it again`)
  }
  const manifest = asRecord(parsed)
  if (manifest?.edition !== edition) return fail(`perf/${name} is not of edition ${edition}: reload the page`)
  if (!Array.isArray(manifest.pairs) || !manifest.pairs.every(isPair)) {
    return fail(`perf/${name} lists no tables: reload to fetch it again`)
  }
  return ok(parsed as Manifest)
}

function isPair(value: unknown): boolean {
  const pair = asRecord(value)
  const tiers = Object.values(asRecord(pair?.tiers) ?? {})
  return pair !== null && [pair.core, ...tiers].every(isFile) && isSystemName(pair.system)
}

function isFile(value: unknown): boolean {
  const file = asRecord(value)
  return typeof file?.file === 'string' && typeof file.bytes === 'number' && typeof file.sha256 === 'string'
}
