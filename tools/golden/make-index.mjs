// Makes src/report/honesty/golden-index.ts from test/golden/replay and test/golden16: which runs of the reference are on record, and
// their headline figures. Run after make.mjs, make-1.6.mjs, make-planner16.mjs or make-headlines-1.6.mjs, or after a change of the
// scenario's fields: node tools/golden/make-index.mjs
import {writeFileSync} from 'node:fs'
import {bundleAndImport} from '../bundle.mjs'

const OUTPUT = 'src/report/honesty/golden-index.ts'

const {goldenIndexSource, ownGoldenFiles} = await bundleAndImport('tools/golden/golden-index-source.ts')
writeFileSync(OUTPUT, goldenIndexSource(ownGoldenFiles(process.cwd())))
process.stdout.write(`${OUTPUT}\n`)
