/** What one prediction costs: `node tools/perf/bench.mjs [RELEASE]`. Bundled first, as the page and the CLI are. */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath, pathToFileURL} from 'node:url'
import {build} from 'vite'

const outDir = mkdtempSync(join(tmpdir(), 'perf-bench-'))
try {
  await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    ssr: {noExternal: true},
    build: {
      ssr: fileURLToPath(new URL('./bench.ts', import.meta.url)),
      outDir,
      target: 'node20',
      rollupOptions: {output: {entryFileNames: 'bench.mjs'}},
    },
  })
  const {main} = await import(pathToFileURL(join(outDir, 'bench.mjs')).href)
  await main(fileURLToPath(new URL('../../public/perf/', import.meta.url)), process.argv[2] ?? '1.2.1')
} finally {
  rmSync(outDir, {recursive: true, force: true})
}
