import {existsSync, readFileSync} from 'node:fs'
import {readFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import type {EngineArgs} from '../config/scenario.ts'
import {fail, type Result} from '../core/result.ts'
import {type ProfileTable, parseProfileNpz} from '../perf/profile.ts'
import {TimingLoader} from '../run/timing-loader.ts'
import {fileErrorReason} from './file-errors.ts'
import {loadWarmup} from './load-warmup.ts'
import {loadLocalModel} from './local-model.ts'

/** Pass-time data of a command line run: GPU tables from the package, profiles by path. */
export function createTimingLoader(): TimingLoader {
  return new TimingLoader({
    fetchPerfFile: readPerfFile,
    loadProfile: async args => loadProfile(args),
    models: () => [],
    localModel: loadLocalModel,
    loadWarmup,
  })
}

/** A file of the GPU tables this package carries. */
export async function readPerfFile(name: string): Promise<Uint8Array> {
  return readFile(join(perfFolder(), name))
}

/** `public/perf` of this package, whether this code runs from its sources or from the bundle. */
function perfFolder(): string {
  const start = dirname(fileURLToPath(import.meta.url))
  for (let folder = start; ; folder = dirname(folder)) {
    const candidate = join(folder, 'public', 'perf')
    if (existsSync(join(candidate, 'manifest.json'))) return candidate
    if (folder === dirname(folder)) throw new Error(`the GPU tables (public/perf) are not beside ${start}`)
  }
}

/** The reference falls back to the polynomial when it cannot read the file; we say so instead. */
function loadProfile({planner_profile_data}: EngineArgs): Result<ProfileTable> {
  const path = planner_profile_data ?? ''
  const refuse = (message: string) => fail(`planner_profile_data: ${message}`, 'planner_profile_data')
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch (error) {
    return refuse(`cannot read ${path}: ${fileErrorReason(error)}`)
  }
  const table = parseProfileNpz(bytes, path)
  return table.ok ? table : refuse(table.error.message)
}
