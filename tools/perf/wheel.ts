import {execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {unzipSync} from 'fflate'

export const WHEEL_NAME = 'aiconfigurator_core-0.12.0-cp311-abi3-manylinux_2_28_x86_64.whl'
export const WHEEL_SHA256 = 'aadc4aad0a00bf8a61c477c62bef43de479849c3aa0b1c3078068e08309eccc4'
const REQUIREMENT = 'aiconfigurator-core==0.12.0'
const ROOT = 'aiconfigurator_core/systems/'

/** The data files inside the published wheel, named below its `systems` directory. */
export class WheelData {
  private readonly files: ReadonlyMap<string, Uint8Array>

  private constructor(files: ReadonlyMap<string, Uint8Array>) {
    this.files = files
  }

  /** Reads a wheel file, or downloads it when no path is given; its checksum must be the pinned one. */
  static open(path: string | null): WheelData {
    const bytes = path === null ? downloadWheel() : readFileSync(path)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    if (sha256 !== WHEEL_SHA256) throw new Error(`the wheel has sha256 ${sha256}, expected ${WHEEL_SHA256}`)
    const wanted = (name: string) =>
      name.startsWith(ROOT) &&
      /(^[^/]*\.yaml|data\/[hb][12]00_sxm\/.*\.parquet)$/.test(name.slice(ROOT.length))
    const unzipped = unzipSync(bytes, {filter: file => wanted(file.name)})
    return new WheelData(
      new Map(Object.entries(unzipped).map(([name, content]) => [name.slice(ROOT.length), content])),
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

function downloadWheel(): Buffer {
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
      REQUIREMENT,
    ]
    execFileSync('python3', pip, {stdio: 'inherit'})
    return readFileSync(join(directory, WHEEL_NAME))
  } finally {
    rmSync(directory, {recursive: true, force: true})
  }
}
