/**
 * Makes public/perf from the published aiconfigurator-core package:
 *   node tools/perf/build.mjs [WHEEL] [--out DIR]
 * Without a wheel it is downloaded from PyPI with pip. The same wheel gives the same bytes.
 */
import {fileURLToPath} from 'node:url'
import {runnerImport} from 'vite'

const entry = fileURLToPath(new URL('./build-packs.ts', import.meta.url))
const {module} = await runnerImport(entry, {configFile: false, logLevel: 'error'})
await module.main(process.argv.slice(2))
