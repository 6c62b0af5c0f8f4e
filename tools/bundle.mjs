import {mkdirSync} from 'node:fs'
import {basename, resolve} from 'node:path'
import {pathToFileURL} from 'node:url'
import {build} from 'vite'

/**
 * Bundles a TypeScript module for this Node and imports it: scripts share the project's code without a build step.
 * @param {string} entry path from the project's root, e.g. `src/trace/formats/mooncake.ts`
 * @returns {Promise<Record<string, any>>} the module's exports
 */
export async function bundleAndImport(entry) {
  const outDir = resolve('node_modules/.cache/planner-replay')
  mkdirSync(outDir, {recursive: true})
  const fileName = `${basename(entry, '.ts')}-${process.pid}.mjs`
  await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    build: {
      ssr: entry,
      outDir,
      emptyOutDir: false,
      target: 'node20',
      rollupOptions: {output: {entryFileNames: fileName}},
    },
    ssr: {noExternal: true},
  })
  return import(pathToFileURL(resolve(outDir, fileName)).href)
}
