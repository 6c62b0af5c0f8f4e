import {execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {unzipSync} from 'fflate'
import type {SystemName} from '../../src/config/gpus.ts'
import type {Release} from '../../src/config/release.ts'

/** The published package that holds an edition's tables. */
export interface WheelSource {
  readonly package: string
  readonly version: string
  readonly wheel: string
  readonly sha256: string
  /** The folder inside that holds the tables. */
  readonly root: string
}

export const WHEELS: Readonly<Record<Release, WheelSource>> = {
  '1.2.1': {
    package: 'aiconfigurator-core',
    version: '0.12.0',
    wheel: 'aiconfigurator_core-0.12.0-cp311-abi3-manylinux_2_28_x86_64.whl',
    sha256: 'aadc4aad0a00bf8a61c477c62bef43de479849c3aa0b1c3078068e08309eccc4',
    root: 'aiconfigurator_core/systems/',
  },
  // 0.13.0 itself is published as a stub; this build has the engine specification that ai-dynamo 1.6.1 accepts.
  '1.6.1': {
    package: 'aisimulate',
    version: '0.13.0.dev202610130000000070',
    wheel: 'aisimulate-0.13.0.dev202610130000000070-cp311-abi3-manylinux_2_28_x86_64.whl',
    sha256: '94dfc680484adde46ffe1399aa185afc54b31d96b9da0b16371807f747d1dbf4',
    root: 'aisimulate_core/systems/',
  },
}

/** The data files inside the published wheel, named below its `systems` directory. */
export class WheelData {
  private readonly files: ReadonlyMap<string, Uint8Array>

  private constructor(files: ReadonlyMap<string, Uint8Array>) {
    this.files = files
  }

  /** Reads tables of some GPUs from the wheel in a folder, else downloads it; its checksum must be the pinned one. */
  static open(source: WheelSource, folder: string | null, systems: readonly SystemName[]): WheelData {
    const {wheel, root} = source
    const bytes = folder === null ? downloadWheel(source) : readFileSync(join(folder, wheel))
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    if (sha256 !== source.sha256) throw new Error(`${wheel} has sha256 ${sha256}, expected ${source.sha256}`)
    const wanted = (name: string) =>
      name.startsWith(root) && wantedBelowRoot(name.slice(root.length), systems)
    const unzipped = unzipSync(bytes, {filter: file => wanted(file.name)})
    return new WheelData(
      new Map(Object.entries(unzipped).map(([name, content]) => [name.slice(root.length), content])),
    )
  }

  get(name: string): Uint8Array | null {
    return this.files.get(name) ?? null
  }

  text(name: string): string {
    const bytes = this.get(name)
    if (bytes === null) throw new Error(`the wheel has no ${name}`)
    return new TextDecoder().decode(bytes)
  }

  /** Names of the entries of a directory. */
  list(directory: string): string[] {
    const names = [...this.files.keys()].filter(name => name.startsWith(directory))
    return [...new Set(names.map(name => name.slice(directory.length).split('/')[0]!))].sort()
  }
}

/** Constants of all systems, tables of those that are asked for. */
function wantedBelowRoot(name: string, systems: readonly SystemName[]): boolean {
  const [folder, system] = name.split('/')
  if (folder !== 'data') return /^[^/]*\.yaml$/.test(name)
  return systems.some(wanted => wanted === system) && /(\.parquet|\/reuse\.yaml)$/.test(name)
}

function downloadWheel({package: name, version, wheel}: WheelSource): Buffer {
  const directory = mkdtempSync(join(tmpdir(), 'perf-wheel-'))
  try {
    const platform = [
      '--platform',
      'manylinux_2_28_x86_64',
      '--only-binary',
      ':all:',
      '--python-version',
      '3.11',
    ]
    const pip = [
      '-m',
      'pip',
      'download',
      '--quiet',
      '--no-deps',
      ...platform,
      '--dest',
      directory,
      `${name}==${version}`,
    ]
    execFileSync('python3', pip, {stdio: 'inherit'})
    return readFileSync(join(directory, wheel))
  } finally {
    rmSync(directory, {recursive: true, force: true})
  }
}
