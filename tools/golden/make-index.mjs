// Makes src/report/honesty/golden-index.ts from test/golden/replay: which runs of the reference are on record, and their
// headline figures. Run after make.mjs, or after a change of the scenario's fields: node tools/golden/make-index.mjs
import {readdirSync, writeFileSync} from 'node:fs'
import {bundleAndImport} from '../bundle.mjs'

const OUTPUT = 'src/report/honesty/golden-index.ts'

const {goldenIndexSource} = await bundleAndImport('tools/golden/golden-index-source.ts')
const names = readdirSync('test/golden/replay')
  .filter(name => name.endsWith('.json'))
  .map(name => name.replace(/\.json$/, ''))
  .sort()
writeFileSync(OUTPUT, goldenIndexSource(names))
process.stdout.write(`${OUTPUT}: ${names.length} golden files read\n`)
