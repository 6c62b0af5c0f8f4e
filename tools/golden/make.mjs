// Makes test/golden/replay/*.json: our generated traces, replayed by the reference, recorded by record.py.
// Run: REFERENCE_PYTHON=/path/to/venv/bin/python node tools/golden/make.mjs [NAME…]
// REFERENCE_RECORDER names another recorder script. Files that exist are kept; delete one to make it again.
import {execFileSync} from 'node:child_process'
import {existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {bundleAndImport} from '../bundle.mjs'
import {CASES as VLLM_CASES} from './cases.mjs'
import {SGLANG_CASES} from './sglang-cases.mjs'

const CASES = {...VLLM_CASES, ...SGLANG_CASES}

const TIMEOUT_S = 120
const python = process.env.REFERENCE_PYTHON
const recorder = resolve(process.env.REFERENCE_RECORDER ?? 'tools/golden/record.py')
if (python === undefined) throw new Error('set REFERENCE_PYTHON to the interpreter that has ai-dynamo 1.2.1')

const {generateTrace} = await bundleAndImport('src/trace/generate.ts')
const directory = resolve('test/golden/replay')
mkdirSync(directory, {recursive: true})
const wanted = process.argv.slice(2)
const names = wanted.length > 0 ? wanted : Object.keys(CASES)
let failed = 0

for (const name of names) {
  const output = join(directory, `${name}.json`)
  if (existsSync(output)) continue
  const problem = record(name, output)
  if (problem === null) continue
  failed++
  process.stderr.write(`${name}: ${problem}\n`)
}
process.exitCode = failed > 0 ? 1 : 0

/** Writes one golden file; returns what went wrong, or null. */
function record(name, output) {
  const {trace: generator, argv} = CASES[name]
  const scratch = mkdtempSync(join(tmpdir(), 'golden-'))
  try {
    writeFileSync(join(scratch, 'trace.jsonl'), generateTrace(generator))
    writeFileSync(join(scratch, 'case.json'), JSON.stringify({trace: 'trace.jsonl', argv}))
    const text = execFileSync('timeout', [String(TIMEOUT_S), python, recorder, 'case.json'], {
      cwd: scratch,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    writeFileSync(output, `${JSON.stringify({generator, ...JSON.parse(text)})}\n`)
    process.stdout.write(`${name}: ${text.length} bytes\n`)
    return null
  } catch (error) {
    return error.status === 124 ? `no end after ${TIMEOUT_S} s` : String(error.stderr ?? error).slice(-600)
  } finally {
    rmSync(scratch, {recursive: true, force: true})
  }
}
