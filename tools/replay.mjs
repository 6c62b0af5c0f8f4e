// Runs the command line tool, building its bundle first when it is missing or older than its sources.
import {mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath, pathToFileURL} from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const bundle = join(root, 'dist-cli', 'planner-replay.js')

if (newestSourceMs() > modifiedMs(bundle)) await build()
await import(pathToFileURL(bundle).href)

function modifiedMs(path) {
  return statSync(path, {throwIfNoEntry: false})?.mtimeMs ?? Number.NEGATIVE_INFINITY
}

function newestSourceMs() {
  const files = ['package.json', 'package-lock.json', 'vite.cli.config.ts', 'tsconfig.json']
  const sources = readdirSync(join(root, 'src'), {recursive: true, withFileTypes: true})
    // The bundle holds no tests; the stand-alone report brings components and style sheets.
    .filter(
      entry => entry.isFile() && /\.(ts|svelte|css)$/.test(entry.name) && !entry.name.endsWith('.test.ts'),
    )
    .map(entry => join(entry.parentPath ?? entry.path, entry.name))
  return Math.max(...[...files.map(file => join(root, file)), ...sources].map(modifiedMs))
}

/** Chunks carry their checksum in the name; those of earlier builds may still serve a run that is under way. */
function removeOldChunks() {
  const folder = join(root, 'dist-cli', 'assets')
  const yesterdayMs = Date.now() - 24 * 3_600_000
  for (const name of readdirSync(folder)) {
    if (modifiedMs(join(folder, name)) < yesterdayMs) rmSync(join(folder, name), {force: true})
  }
}

/** Builds in memory and moves the files into place, so that runs started together do not disturb one another. */
async function build() {
  const {build: viteBuild} = await import('vite').catch(() => {
    process.stderr.write('planner-replay: error: the packages are not installed; run npm ci first\n')
    process.exit(2)
  })
  const startedMs = Date.now()
  const result = await viteBuild({
    root,
    configFile: join(root, 'vite.cli.config.ts'),
    logLevel: 'error',
    build: {write: false},
  })
  mkdirSync(join(root, 'dist-cli'), {recursive: true})
  for (const {output} of [result].flat()) {
    for (const file of output) {
      const path = join(root, 'dist-cli', file.fileName)
      const pending = `${path}.${process.pid}.tmp`
      mkdirSync(join(path, '..'), {recursive: true})
      writeFileSync(pending, file.type === 'chunk' ? file.code : file.source, {mode: 0o755})
      renameSync(pending, path)
    }
  }
  removeOldChunks()
  // A source saved while the build ran must count as newer than the bundle.
  const {utimesSync} = await import('node:fs')
  utimesSync(bundle, startedMs / 1000, startedMs / 1000)
}
