// Makes test/golden/spread/*.json: the reports of several runs of the reference on cases whose ties it breaks at random.
// Run as make.mjs. Files that exist are kept; delete one to make it again.
import {existsSync, mkdirSync, writeFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {SPREAD_CASES} from './router-cases.mjs'
import {runReference} from './run-reference.mjs'

const RUNS = 8
const directory = resolve('test/golden/spread')
mkdirSync(directory, {recursive: true})

for (const [name, each] of Object.entries(SPREAD_CASES)) {
  const output = join(directory, `${name}.json`)
  if (existsSync(output)) continue
  const runs = Array.from({length: RUNS}, () => runReference(each))
  const failed = runs.find(run => run.problem !== undefined)
  if (failed === undefined) {
    const {report: _, table: __, ...first} = runs[0].recorded
    writeFileSync(output, `${JSON.stringify({...first, reports: runs.map(run => run.recorded.report)})}\n`)
    process.stdout.write(`${name}\n`)
  } else {
    process.exitCode = 1
    process.stderr.write(`${name}: ${failed.problem}\n`)
  }
}
