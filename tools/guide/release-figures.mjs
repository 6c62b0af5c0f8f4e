// Makes src/ui/panels/guide/releases/release-figures.json: what the guide tells of 1.2.1 and 1.6.1, over five phases of the planner each.
// Needs nothing installed but the packages; takes a few minutes: node tools/guide/release-figures.mjs
import {writeFileSync} from 'node:fs'
import process from 'node:process'
import {createServer} from 'vite'

const OUTPUT = 'src/ui/panels/guide/releases/release-figures.json'

// Open until all is measured: parts of 1.6.1 are loaded by the first run that needs them.
const server = await createServer({
  configFile: false,
  logLevel: 'error',
  appType: 'custom',
  server: {middlewareMode: true, watch: null, ws: false},
})
const {measureReleases} = await server.ssrLoadModule('/test/support/release-figures.ts')
const figures = await measureReleases(undefined, link => process.stderr.write(`${link}\n`))
writeFileSync(OUTPUT, `${JSON.stringify(figures, null, 2)}\n`)
process.stdout.write(`${OUTPUT}: ${Object.keys(figures).length} scenarios\n`)
await server.close()
