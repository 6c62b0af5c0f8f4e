// Makes src/ui/panels/guide/preset-figures.json: what every preset, and every change of one that the guide tells the outcome
// of, gives on the bundled hour. Needs nothing installed but the packages: node tools/guide/preset-figures.mjs
import {writeFileSync} from 'node:fs'
import process from 'node:process'
import {createServer} from 'vite'

const OUTPUT = 'src/ui/panels/guide/preset-figures.json'

// Open until all is measured: parts of 1.6.1 are loaded by the first run that needs them.
const server = await createServer({
  configFile: false,
  logLevel: 'error',
  appType: 'custom',
  server: {middlewareMode: true, watch: null, ws: false},
})
const {measurePresets} = await server.ssrLoadModule('/test/support/preset-figures.ts')
const figures = await measurePresets()
writeFileSync(OUTPUT, `${JSON.stringify(figures, null, 2)}\n`)
process.stdout.write(`${OUTPUT}: ${Object.keys(figures).length} scenarios\n`)
await server.close()
