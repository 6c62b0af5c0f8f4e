// Makes src/ui/panels/guide/parity.json: how far our runs are from the reference's, over every golden case of the repository
// and the recorded sweep of the bundled hour. Needs nothing installed but the packages: node tools/golden/parity.mjs
import {mkdirSync, writeFileSync} from 'node:fs'
import process from 'node:process'
import {runnerImport} from 'vite'

const OUTPUT = 'src/ui/panels/guide/parity.json'

const {module} = await runnerImport('./test/support/parity.ts', {configFile: false, logLevel: 'error'})
const parity = await module.measureParity()
mkdirSync('src/ui/panels/guide', {recursive: true})
writeFileSync(OUTPUT, `${JSON.stringify(parity, null, 2)}\n`)
process.stdout.write(
  `${OUTPUT}: ${parity.replay.cases} cases, ${parity.hour.points.length} points of the sweep\n`,
)
