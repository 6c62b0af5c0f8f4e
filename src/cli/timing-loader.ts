import {existsSync} from 'node:fs'
import {readFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {PerfFileMissing} from '../perf/aic/load-manifest.ts'
import {TimingLoader} from '../run/timing-loader.ts'
import {fileErrorReason} from './file-errors.ts'
import {loadProfile} from './load-profile.ts'
import {loadWarmup} from './load-warmup.ts'
import {loadLocalModel} from './local-model.ts'
import {inflated} from './trace/native-gunzip.ts'
import {nativeSha256} from './trace/native-sha256.ts'

/** Pass-time data of a command line run: GPU tables from the package, profiles by path. */
export function createTimingLoader(): TimingLoader {
  return new TimingLoader({
    fetchPerfFile: readPerfFile,
    gunzip: inflated,
    sha256: bytes => nativeSha256([bytes]),
    loadProfile: async ({planner_profile_data: path}) => loadProfile(path ?? ''),
    models: () => [],
    localModel: loadLocalModel,
    loadWarmup,
  })
}

/** A file of the GPU tables this package carries. */
export async function readPerfFile(name: string): Promise<Uint8Array> {
  const path = join(perfFolder(), name)
  try {
    return await readFile(path)
  } catch (error) {
    throw new PerfFileMissing(fileErrorReason(error), `${path} belongs to this package: install it again`)
  }
}

/** `public/perf` of this package, whether this code runs from its sources or from the bundle. */
function perfFolder(): string {
  const start = dirname(fileURLToPath(import.meta.url))
  for (let folder = start; ; folder = dirname(folder)) {
    const candidate = join(folder, 'public', 'perf')
    if (existsSync(join(candidate, 'manifest.json'))) return candidate
    if (folder !== dirname(folder)) continue
    throw new Error(
      `the GPU tables are not beside ${start}: put the folder public/perf of the package there, or run without them by --engine-timing polynomial`,
    )
  }
}
