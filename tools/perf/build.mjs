/**
 * Makes public/perf from the packages that publish the estimators of both releases, wheel.ts names them:
 *   node tools/perf/build.mjs [FOLDER_OF_WHEELS] [--out DIR] [--release NAME ...] [--system NAME ...] [--backend NAME ...] [--engines] [--tier NAME ...]
 * Without a folder the wheels are downloaded from PyPI with pip. The same wheels give the same bytes.
 * With --release, --system or --backend only the named
 * tables are made anew; with --engines none is, but which models of the catalogue they answer is asked anew. With --tier
 * only the named files of `OWN_TIERS` are made and added to what is there, and models asked for that the manifest lacks.
 */
import {fileURLToPath} from 'node:url'
import {runnerImport} from 'vite'

const entry = fileURLToPath(new URL('./build-packs.ts', import.meta.url))
const {module} = await runnerImport(entry, {configFile: false, logLevel: 'error'})
await module.main(process.argv.slice(2))
