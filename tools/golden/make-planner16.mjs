// Makes test/golden16/planner/*.json: what the real planner of ai-dynamo 1.6.1 was told and decided, on our own traces.
//   ORACLE16=…/oracle16.py REFERENCE16_PYTHON=…/bin/python node tools/golden/make-planner16.mjs
// The oracle runs the release seeded, with its sample store in the order of its keys. Files that exist are kept; delete one
// to make it again.
import {spawnSync} from 'node:child_process'
import {existsSync, mkdirSync, mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {PLANNER16_CASES} from './planner16-cases.mjs'

const {ORACLE16: oracle, REFERENCE16_PYTHON: python} = process.env
if (oracle === undefined || python === undefined)
  throw new Error('ORACLE16 and REFERENCE16_PYTHON are to be set')
const directory = resolve('test/golden16/planner')
const scratch = mkdtempSync(join(tmpdir(), 'planner16-'))
mkdirSync(directory, {recursive: true})

for (const [name, each] of Object.entries(PLANNER16_CASES)) {
  const output = join(directory, `${name}.json`)
  if (existsSync(output)) continue
  const input = join(scratch, `${name}.json`)
  writeFileSync(input, JSON.stringify(each))
  const run = spawnSync(
    python,
    [oracle, input, output, '--order', 'sorted', '--traces', resolve('static-traces')],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  )
  if (run.status !== 0) process.exitCode = 1
}
