// Makes src/ui/panels/guide/preset-figures.json: what every preset, and every change of one that the guide tells the outcome
// of, gives on the bundled hour. Needs nothing installed but the packages: node tools/guide/preset-figures.mjs
import {writeFileSync} from 'node:fs'
import process from 'node:process'
import {runnerImport} from 'vite'

const OUTPUT = 'src/ui/panels/guide/preset-figures.json'

const {module} = await runnerImport('./test/support/preset-figures.ts', {
  configFile: false,
  logLevel: 'error',
})
const figures = await module.measurePresets()
writeFileSync(OUTPUT, `${JSON.stringify(figures, null, 2)}\n`)
process.stdout.write(`${OUTPUT}: ${Object.keys(figures).length} scenarios\n`)
