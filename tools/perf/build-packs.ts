import {mkdirSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {parseArgs} from 'node:util'
import {sha256Hex} from '../../src/core/sha256.ts'
import {AicModel} from '../../src/perf/aic/aic-model.ts'
import {candidateSplits} from '../../src/perf/aic/request/parallelism.ts'
import {type AicRequest, checkAicRequest} from '../../src/perf/aic/request/request.ts'
import {
  BACKEND_NAMES,
  BACKEND_VERSIONS,
  type BackendName,
  SYSTEM_NAMES,
  type SystemName,
} from '../../src/perf/aic/request/systems.ts'
import {decodePack} from '../../src/perf/aic/tables/decode-pack.ts'
import {AicDataError} from '../../src/perf/aic/tables/errors.ts'
import {
  EDITION,
  type EngineSplit,
  type Manifest,
  type PackFile,
  type PackPair,
} from '../../src/perf/aic/tables/manifest.ts'
import {TableSet} from '../../src/perf/aic/tables/tables.ts'
import {CATALOGUE} from '../../src/perf/models/catalogue.ts'
import {checkSystems} from './check-systems.ts'
import {encodePack} from './encode-pack.ts'
import {NOTICE} from './notice.ts'
import {readPairTables} from './pair-tables.ts'
import {splitByPreset} from './split-by-preset.ts'
import {WHEEL_NAME, WHEEL_SHA256, WheelData} from './wheel.ts'

const ATTRIBUTION =
  'Measured by NVIDIA and published in aiconfigurator-core; selected, clamped and packed by Planner Replay.'
/** Suffix without .gz: some servers would announce such files as compressed transfers and unpack them on the way. */
const SUFFIX = '.pack'

export async function main(argv: readonly string[]): Promise<void> {
  const {wheel, out} = parseArguments(argv)
  const data = WheelData.open(wheel)
  checkSystems(data)
  mkdirSync(out, {recursive: true})
  for (const name of readdirSync(out)) if (name.endsWith(SUFFIX)) rmSync(join(out, name))
  const pairs: PackPair[] = []
  for (const system of SYSTEM_NAMES) {
    for (const backend of BACKEND_NAMES) pairs.push(await buildPair(data, system, backend, out))
  }
  writeManifest(out, pairs)
}

async function buildPair(
  data: WheelData,
  system: SystemName,
  backend: BackendName,
  out: string,
): Promise<PackPair> {
  const tables = await readPairTables(data, system, backend)
  const {core, tiers} = splitByPreset(tables, system, backend)
  const base = `${system}__${backend}`
  const coreBytes = encodePack(core)
  const tierBytes = Object.entries(tiers).map(([name, content]) => [name, encodePack(content)] as const)
  const tierFiles = tierBytes.map(
    ([name, bytes]) => [name, writePack(out, `${base}.${name}${SUFFIX}`, bytes)] as const,
  )
  const further = tierBytes.reduce((total, [, bytes]) => total + bytes.byteLength, 0)
  console.log(`${base}: ${coreBytes.byteLength} bytes, further shapes ${further} bytes`)
  return {
    system,
    backend,
    version: BACKEND_VERSIONS[backend],
    core: writePack(out, base + SUFFIX, coreBytes),
    tiers: Object.fromEntries(tierFiles),
    engines: predictableEngines(system, backend, [coreBytes, ...tierBytes.map(([, bytes]) => bytes)]),
    sources: tables.sources,
  }
}

/** Asks every catalogue model in every split for one prefill and one decode step. */
function predictableEngines(
  system: SystemName,
  backend: BackendName,
  packs: readonly Uint8Array[],
): Record<string, EngineSplit[]> {
  const tables = new TableSet()
  for (const pack of packs) decodePack(pack, tables)
  const engines: Record<string, EngineSplit[]> = {}
  for (const {model} of CATALOGUE) {
    const splits = candidateSplits({system, backend, model}).filter(request => canPredict(request, tables))
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

function writeManifest(out: string, pairs: readonly PackPair[]): void {
  const manifest: Manifest = {
    edition: EDITION,
    licence: 'Apache-2.0',
    attribution: ATTRIBUTION,
    source: {package: 'aiconfigurator-core', version: EDITION, wheel: WHEEL_NAME, sha256: WHEEL_SHA256},
    presets: CATALOGUE.filter(entry => entry.preset).map(entry => entry.model.id),
    pairs,
  }
  writeFileSync(join(out, 'manifest.json'), `${JSON.stringify(manifest)}\n`)
  writeFileSync(join(out, 'NOTICE'), NOTICE)
}

function writePack(out: string, name: string, bytes: Uint8Array): PackFile {
  writeFileSync(join(out, name), bytes)
  return {file: name, bytes: bytes.byteLength, sha256: sha256Hex(bytes)}
}

function parseArguments(argv: readonly string[]): {wheel: string | null; out: string} {
  const {values, positionals} = parseArgs({
    args: [...argv],
    options: {out: {type: 'string', default: 'public/perf'}},
    allowPositionals: true,
  })
  return {wheel: positionals[0] ?? null, out: resolve(values.out)}
}
