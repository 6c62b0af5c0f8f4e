// Makes test/golden16/replay/*.json: our bundled traces, replayed by the reference 1.6.1 through its seeded oracle.
// Run: ORACLE16="/path/to/venv/bin/python /path/to/oracle16.py" node tools/golden/make-1.6.mjs [NAME…]
// Files that exist are kept; delete one to make it again. The oracle must make the objects that the call takes of router_config
// (KvRouterConfig) and ais_perf_config (AisPerfConfig).
import {spawnSync} from 'node:child_process'
import {existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {CASES_16} from './cases-1.6.mjs'

const [python, oracle] = (process.env.ORACLE16 ?? '').split(' ')
if (oracle === undefined) throw new Error('ORACLE16 must name the interpreter and the script of the oracle')

const directory = resolve('test/golden16/replay')
mkdirSync(directory, {recursive: true})
const scratch = mkdtempSync(join(tmpdir(), 'golden16-'))
const wanted = process.argv.slice(2)

for (const name of wanted.length > 0 ? wanted : Object.keys(CASES_16)) {
  const output = join(directory, `${name}.json`)
  if (existsSync(output)) continue
  const input = join(scratch, `${name}.case.json`)
  const made = join(scratch, `${name}.json`)
  writeFileSync(input, JSON.stringify(CASES_16[name]))
  const run = spawnSync(python, [oracle, input, made, '--traces', resolve('static-traces')], {
    encoding: 'utf8',
  })
  if (run.status !== 0 || !existsSync(made)) {
    process.exitCode = 1
    process.stderr.write(`${name}: ${run.stderr.trim().split('\n').at(-1)}\n`)
    continue
  }
  const {reference_wall_ms: _, engines: __, ...recorded} = JSON.parse(readFileSync(made, 'utf8'))
  writeFileSync(output, `${JSON.stringify(recorded)}\n`)
  process.stdout.write(`${name}\n`)
}
