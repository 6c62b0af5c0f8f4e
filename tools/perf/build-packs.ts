import {mkdirSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {EDITION, type Manifest, type PackFile, type PackPair} from '../../src/perf/aic/manifest.ts'
import {sha256Hex} from '../../src/perf/aic/sha256.ts'
import {BACKEND_NAMES, BACKEND_VERSIONS, SYSTEM_NAMES} from '../../src/perf/aic/systems.ts'
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
    for (const backend of BACKEND_NAMES) {
      const tables = await readPairTables(data, system, backend)
      const {core, tiers} = splitByPreset(tables, system, backend)
      const base = `${system}__${backend}`
      const tierFiles = Object.entries(tiers).map(([name, content]) => {
        return [name, writePack(out, `${base}.${name}${SUFFIX}`, encodePack(content))] as const
      })
      const coreFile = writePack(out, base + SUFFIX, encodePack(core))
      pairs.push({
        system,
        backend,
        version: BACKEND_VERSIONS[backend],
        core: coreFile,
        tiers: Object.fromEntries(tierFiles),
        presets: CATALOGUE.filter(entry => entry.preset).map(entry => entry.model.id),
        sources: tables.sources,
      })
      const tierBytes = tierFiles.reduce((total, [, file]) => total + file.bytes, 0)
      console.log(`${base}: ${coreFile.bytes} bytes, further shapes ${tierBytes} bytes`)
    }
  }
  writeManifest(out, pairs)
}

function writeManifest(out: string, pairs: readonly PackPair[]): void {
  const manifest: Manifest = {
    edition: EDITION,
    licence: 'Apache-2.0',
    attribution: ATTRIBUTION,
    source: {package: 'aiconfigurator-core', version: EDITION, wheel: WHEEL_NAME, sha256: WHEEL_SHA256},
    pairs,
  }
  writeFileSync(join(out, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`)
  writeFileSync(join(out, 'NOTICE'), NOTICE)
}

function writePack(out: string, name: string, bytes: Uint8Array): PackFile {
  writeFileSync(join(out, name), bytes)
  return {file: name, bytes: bytes.byteLength, sha256: sha256Hex(bytes)}
}

function parseArguments(argv: readonly string[]): {wheel: string | null; out: string} {
  const at = argv.indexOf('--out')
  const out = at >= 0 ? argv[at + 1] : 'public/perf'
  if (out === undefined) throw new Error('--out needs a directory')
  const wheel = argv.find((argument, i) => !argument.startsWith('--') && i !== at + 1) ?? null
  return {wheel: at < 0 ? (argv[0] ?? null) : wheel, out: resolve(out)}
}
