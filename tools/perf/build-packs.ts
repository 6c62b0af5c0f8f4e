import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {parseArgs} from 'node:util'
import {
  BACKEND_NAMES,
  type BackendName,
  backendVersion,
  SYSTEM_NAMES,
  type SystemName,
} from '../../src/config/gpus.ts'
import {FIRST_RELEASE, RELEASES, type Release} from '../../src/config/release.ts'
import {sha256Hex} from '../../src/core/sha256.ts'
import {AicModel} from '../../src/perf/aic/aic-model.ts'
import type {AicRequest} from '../../src/perf/aic/request/aic-request.ts'
import {ESTIMATORS} from '../../src/perf/aic/request/estimator.ts'
import {OWN_TIERS, type OwnTier} from '../../src/perf/aic/request/own-tiers.ts'
import {candidateSplits} from '../../src/perf/aic/request/parallelism.ts'
import {checkAicRequest} from '../../src/perf/aic/request/request.ts'
import {decodePack} from '../../src/perf/aic/tables/decode-pack.ts'
import {AicDataError} from '../../src/perf/aic/tables/errors.ts'
import type {EngineSplit, Manifest, PackFile, PackPair} from '../../src/perf/aic/tables/manifest.ts'
import {TableSet} from '../../src/perf/aic/tables/tables.ts'
import {CATALOGUE, type CatalogueEntry} from '../../src/perf/models/catalogue.ts'
import {checkSystems} from './check-systems.ts'
import {encodePack} from './encode-pack.ts'
import {NOTICE} from './notice.ts'
import {readOwnTables, readPairTables} from './pair-tables.ts'
import {curveTier, EMPTY_PACK, gridTier, splitByPreset} from './split-by-preset.ts'
import {WHEELS, WheelData} from './wheel.ts'

/** Suffix without .gz: some servers would announce such files as compressed transfers and unpack them on the way. */
const SUFFIX = '.pack'

export async function main(argv: readonly string[]): Promise<void> {
  const order = parseArguments(argv)
  const {out, chosen, releases, isEnginesOnly, tiers} = order
  mkdirSync(out, {recursive: true})
  if (!isEnginesOnly && tiers.length === 0)
    for (const name of readdirSync(out)) if (isReplaced(name, order)) rmSync(join(out, name))
  const shelf = new PackShelf(out, releases[0] === FIRST_RELEASE ? [] : pairsOnDisk(out, FIRST_RELEASE))
  for (const release of releases) {
    const systems = [...new Set(chosen.map(({system}) => system))]
    const data = isEnginesOnly ? null : WheelData.open(WHEELS[release], order.wheels, systems)
    await buildEdition(release, data, order, shelf)
  }
  writeFileSync(join(out, 'NOTICE'), NOTICE)
}

type Pair = Pick<Build, 'system' | 'backend'>

const PAIRS: readonly Pair[] = SYSTEM_NAMES.flatMap(system =>
  BACKEND_NAMES.map(backend => ({system, backend})),
)

/** Packs of the first edition carry no edition in their name. */
function isReplaced(name: string, {chosen, releases}: Order): boolean {
  if (!chosen.some(({system, backend}) => name.startsWith(`${system}__${backend}.`))) return false
  const edition = RELEASES.find(
    release => name.endsWith(labelOf(release) + SUFFIX) && labelOf(release) !== '',
  )
  return name.endsWith(SUFFIX) && releases.includes(edition ?? FIRST_RELEASE)
}

function labelOf(release: Release): string {
  return release === FIRST_RELEASE ? '' : `.${ESTIMATORS[release].edition.replace(/\.0$/, '')}`
}

/** Builds the chosen pairs, or asks them anew what they answer where there are no data; the others stay as they are. */
async function buildEdition(
  release: Release,
  data: WheelData | null,
  {chosen, tiers}: Pick<Order, 'chosen' | 'tiers'>,
  shelf: PackShelf,
): Promise<void> {
  if (data !== null) checkSystems(data, release)
  const old = pairsOnDisk(shelf.folder, release)
  const pairs: PackPair[] = []
  for (const {system, backend} of PAIRS) {
    const kept = old.filter(pair => pair.system === system && pair.backend === backend)
    const isChosen = chosen.some(pair => pair.system === system && pair.backend === backend)
    if (!isChosen) pairs.push(...kept)
    else if (data === null) pairs.push(...kept.map(pair => withEngines(pair, release, shelf.folder)))
    else if (tiers.length > 0)
      for (const pair of kept)
        pairs.push(await withTiers({release, data, system, backend}, pair, tiers, shelf))
    else pairs.push(await buildPair({release, data, system, backend}, shelf))
  }
  writeManifest(join(shelf.folder, ESTIMATORS[release].manifest), release, pairs)
}

function pairsOnDisk(folder: string, release: Release): readonly PackPair[] {
  const path = join(folder, ESTIMATORS[release].manifest)
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Manifest).pairs : []
}

function withEngines(pair: PackPair, release: Release, folder: string): PackPair {
  return {...pair, engines: predictableEngines({...pair, release}, packsOnDisk(pair, folder))}
}

function packsOnDisk(pair: PackPair, folder: string): Uint8Array[] {
  return [pair.core, ...Object.values(pair.tiers)].map(({file}) => readFileSync(join(folder, file)))
}

/** Adds further files that hold tables of their own, and asks for the models that the manifest does not know yet. */
async function withTiers(
  {release, data, system, backend}: Build,
  pair: PackPair,
  names: readonly OwnTier[],
  shelf: PackShelf,
): Promise<PackPair> {
  const {grids, curves, sources} = await readOwnTables(data, system, backend, names)
  const made = names.flatMap(name => {
    const content = {
      ...EMPTY_PACK,
      grids: grids.filter(grid => gridTier(grid) === name),
      curves: curves.filter(curve => curveTier(curve) === name),
    }
    if (content.grids.length + content.curves.length === 0) return []
    return [[name, shelf.put(`${system}__${backend}.${name}`, release, encodePack(content))] as const]
  })
  const others = Object.entries(pair.tiers).filter(([name]) => !names.some(wanted => wanted === name))
  const tiers = Object.fromEntries([...others, ...made].sort(([a], [b]) => tierOrder(a) - tierOrder(b)))
  const whole = {...pair, tiers, sources: {...pair.sources, ...sources}}
  const unknown = CATALOGUE.filter(({model}) => pair.engines[model.id] === undefined)
  const asked = predictableEngines({...whole, release}, packsOnDisk(whole, shelf.folder), unknown)
  console.log(`${release} ${system}__${backend}: ${made.map(([name, {bytes}]) => `${name} ${bytes}`)}`)
  const answers = {...pair.engines, ...asked}
  return {...whole, engines: Object.fromEntries(CATALOGUE.map(({model}) => [model.id, answers[model.id]!]))}
}

/** Files of the tables that all models share come first, as when all are made. */
function tierOrder(name: string): number {
  const names: readonly string[] = OWN_TIERS
  return names.indexOf(name)
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
  const tierFiles = tierBytes.map(
    ([name, bytes]) => [name, shelf.put(`${base}.${name}`, release, bytes)] as const,
  )
  const further = tierBytes.reduce((total, [, bytes]) => total + bytes.byteLength, 0)
  console.log(`${release} ${base}: ${coreBytes.byteLength} bytes, further shapes ${further} bytes`)
  return {
    system,
    backend,
    version: backendVersion(system, backend),
    core: shelf.put(base, release, coreBytes),
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
  readonly #first = new Map<string, PackFile>()

  /** @param first pairs of the first edition, if that is not built on this occasion */
  constructor(folder: string, first: readonly PackPair[]) {
    this.folder = folder
    for (const {system, backend, core, tiers} of first) {
      const base = `${system}__${backend}`
      this.#first.set(base, core)
      for (const [tier, file] of Object.entries(tiers)) this.#first.set(`${base}.${tier}`, file)
    }
  }

  put(name: string, release: Release, bytes: Uint8Array): PackFile {
    const sha256 = sha256Hex(bytes)
    const first = this.#first.get(name)
    if (first?.sha256 === sha256) return first
    const file = {file: name + labelOf(release) + SUFFIX, bytes: bytes.byteLength, sha256}
    writeFileSync(join(this.folder, file.file), bytes)
    if (release === FIRST_RELEASE) this.#first.set(name, file)
    return file
  }
}

/** Asks every catalogue model in every split for one prefill and one decode step. */
function predictableEngines(
  place: Pick<Build, 'release' | 'system' | 'backend'>,
  packs: readonly Uint8Array[],
  entries: readonly CatalogueEntry[] = CATALOGUE,
): Record<string, EngineSplit[]> {
  const tables = new TableSet()
  for (const pack of packs) decodePack(pack, tables)
  const engines: Record<string, EngineSplit[]> = {}
  for (const {model} of entries) {
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

interface Order {
  readonly wheels: string | null
  readonly out: string
  readonly chosen: readonly Pair[]
  readonly releases: readonly Release[]
  readonly isEnginesOnly: boolean
  /** Further files to make alone; empty = all files. */
  readonly tiers: readonly OwnTier[]
}

function parseArguments(argv: readonly string[]): Order {
  const {values, positionals} = parseArgs({
    args: [...argv],
    options: {
      out: {type: 'string', default: 'public/perf'},
      release: {type: 'string', multiple: true, default: [...RELEASES]},
      system: {type: 'string', multiple: true, default: SYSTEM_NAMES},
      backend: {type: 'string', multiple: true, default: [...BACKEND_NAMES]},
      engines: {type: 'boolean', default: false},
      tier: {type: 'string', multiple: true, default: []},
    },
    allowPositionals: true,
  })
  const releases = RELEASES.filter(release => values.release.includes(release))
  const chosen = PAIRS.filter(
    ({system, backend}) => values.system.includes(system) && values.backend.includes(backend),
  )
  if (chosen.length === 0 || releases.length === 0) throw new Error('there are no tables of that name')
  const isEnginesOnly = values.engines
  const tiers = OWN_TIERS.filter(tier => values.tier.includes(tier))
  return {wheels: positionals[0] ?? null, out: resolve(values.out), chosen, releases, isEnginesOnly, tiers}
}
