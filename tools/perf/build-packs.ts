import {mkdirSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {parseArgs} from 'node:util'
import {RELEASES, type Release} from '../../src/config/release.ts'
import {sha256Hex} from '../../src/core/sha256.ts'
import {AicModel} from '../../src/perf/aic/aic-model.ts'
import type {AicRequest} from '../../src/perf/aic/request/aic-request.ts'
import {type Edition, ESTIMATORS} from '../../src/perf/aic/request/estimator.ts'
import {candidateSplits} from '../../src/perf/aic/request/parallelism.ts'
import {checkAicRequest} from '../../src/perf/aic/request/request.ts'
import {
  BACKEND_NAMES,
  BACKEND_VERSIONS,
  type BackendName,
  SYSTEM_NAMES,
  type SystemName,
} from '../../src/perf/aic/request/systems.ts'
import {decodePack} from '../../src/perf/aic/tables/decode-pack.ts'
import {AicDataError} from '../../src/perf/aic/tables/errors.ts'
import type {EngineSplit, Manifest, PackFile, PackPair} from '../../src/perf/aic/tables/manifest.ts'
import {TableSet} from '../../src/perf/aic/tables/tables.ts'
import {CATALOGUE} from '../../src/perf/models/catalogue.ts'
import {checkSystems} from './check-systems.ts'
import {encodePack} from './encode-pack.ts'
import {NOTICE} from './notice.ts'
import {readPairTables} from './pair-tables.ts'
import {splitByPreset} from './split-by-preset.ts'
import {WHEELS, WheelData} from './wheel.ts'

/** Suffix without .gz: some servers would announce such files as compressed transfers and unpack them on the way. */
const SUFFIX = '.pack'

export async function main(argv: readonly string[]): Promise<void> {
  const {wheels, out} = parseArguments(argv)
  mkdirSync(out, {recursive: true})
  for (const name of readdirSync(out)) if (name.endsWith(SUFFIX)) rmSync(join(out, name))
  const shelf = new PackShelf(out)
  for (const release of RELEASES) await buildEdition(release, WheelData.open(WHEELS[release], wheels), shelf)
  writeFileSync(join(out, 'NOTICE'), NOTICE)
}

async function buildEdition(release: Release, data: WheelData, shelf: PackShelf): Promise<void> {
  checkSystems(data, release)
  const pairs: PackPair[] = []
  for (const system of SYSTEM_NAMES) {
    for (const backend of BACKEND_NAMES) pairs.push(await buildPair({release, data, system, backend}, shelf))
  }
  const {edition, manifest} = ESTIMATORS[release]
  writeManifest(join(shelf.folder, manifest), release, pairs)
  console.log(`edition ${edition}: ${shelf.written} bytes of packs in all`)
}

interface Build {
  readonly release: Release
  readonly data: WheelData
  readonly system: SystemName
  readonly backend: BackendName
}

async function buildPair({release, data, system, backend}: Build, shelf: PackShelf): Promise<PackPair> {
  const tables = await readPairTables(data, system, backend)
  const {core, tiers} = splitByPreset(tables, system, backend, release)
  const base = `${system}__${backend}`
  const coreBytes = encodePack(core)
  const tierBytes = Object.entries(tiers).map(([name, content]) => [name, encodePack(content)] as const)
  const {edition} = ESTIMATORS[release]
  const tierFiles = tierBytes.map(
    ([name, bytes]) => [name, shelf.put(`${base}.${name}`, edition, bytes)] as const,
  )
  const further = tierBytes.reduce((total, [, bytes]) => total + bytes.byteLength, 0)
  console.log(`${edition} ${base}: ${coreBytes.byteLength} bytes, further shapes ${further} bytes`)
  return {
    system,
    backend,
    version: BACKEND_VERSIONS[backend],
    core: shelf.put(base, edition, coreBytes),
    tiers: Object.fromEntries(tierFiles),
    engines: predictableEngines({release, system, backend}, [
      coreBytes,
      ...tierBytes.map(([, bytes]) => bytes),
    ]),
    sources: tables.sources,
  }
}

/** The folder of the packs. What a later edition did not change it does not store again. */
class PackShelf {
  readonly folder: string
  written = 0
  readonly #first = new Map<string, PackFile>()

  constructor(folder: string) {
    this.folder = folder
  }

  put(name: string, edition: Edition, bytes: Uint8Array): PackFile {
    const sha256 = sha256Hex(bytes)
    const first = this.#first.get(name)
    if (first?.sha256 === sha256) return first
    const label = first === undefined ? '' : `.${edition.replace(/\.0$/, '')}`
    const file = {file: name + label + SUFFIX, bytes: bytes.byteLength, sha256}
    writeFileSync(join(this.folder, file.file), bytes)
    this.written += bytes.byteLength
    if (first === undefined) this.#first.set(name, file)
    return file
  }
}

/** Asks every catalogue model in every split for one prefill and one decode step. */
function predictableEngines(
  place: Pick<Build, 'release' | 'system' | 'backend'>,
  packs: readonly Uint8Array[],
): Record<string, EngineSplit[]> {
  const tables = new TableSet()
  for (const pack of packs) decodePack(pack, tables)
  const engines: Record<string, EngineSplit[]> = {}
  for (const {model} of CATALOGUE) {
    const splits = candidateSplits({...place, model}).filter(request => canPredict(request, tables))
    engines[model.id] = splits.map(({tp, moeTp, moeEp}) => [tp, moeTp ?? 1, moeEp ?? 1])
  }
  return engines
}

function canPredict(request: AicRequest, tables: TableSet): boolean {
  const resolved = checkAicRequest(request)
  if (!resolved.ok) return false
  const model = new AicModel(resolved.value, tables)
  try {
    model.prefillMs(1, 128, 0)
    model.decodeMs(1, 128, 2)
    return true
  } catch (error) {
    if (error instanceof AicDataError) return false
    throw error
  }
}

function writeManifest(path: string, release: Release, pairs: readonly PackPair[]): void {
  const {package: name, version, wheel, sha256} = WHEELS[release]
  const manifest: Manifest = {
    edition: ESTIMATORS[release].edition,
    licence: 'Apache-2.0',
    attribution: `Measured by NVIDIA and published in ${name}; selected, clamped and packed by Planner Replay.`,
    source: {package: name, version, wheel, sha256},
    presets: CATALOGUE.filter(entry => entry.preset).map(entry => entry.model.id),
    pairs,
  }
  writeFileSync(path, `${JSON.stringify(manifest)}\n`)
}

function parseArguments(argv: readonly string[]): {wheels: string | null; out: string} {
  const {values, positionals} = parseArgs({
    args: [...argv],
    options: {out: {type: 'string', default: 'public/perf'}},
    allowPositionals: true,
  })
  return {wheels: positionals[0] ?? null, out: resolve(values.out)}
}
