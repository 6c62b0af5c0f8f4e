// Makes test/golden/replay/*.json: our generated traces, replayed by the reference, recorded by record.py.
// Run: REFERENCE_PYTHON=/path/to/venv/bin/python node tools/golden/make.mjs [NAME…]
// REFERENCE_RECORDER names another recorder script: cases with --aic-* flags need one that lets the reference read the GPU
// tables of today. Files that exist are kept; delete one to make it again.
import {existsSync, mkdirSync, writeFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {CASES as VLLM_CASES} from './cases.mjs'
import {ROUTER_CASES} from './router-cases.mjs'
import {runReference} from './run-reference.mjs'
import {SGLANG_CASES} from './sglang-cases.mjs'

const CASES = {...VLLM_CASES, ...SGLANG_CASES, ...ROUTER_CASES}

const directory = resolve('test/golden/replay')
mkdirSync(directory, {recursive: true})
const wanted = process.argv.slice(2)
const names = wanted.length > 0 ? wanted : Object.keys(CASES)

for (const name of names) {
  const output = join(directory, `${name}.json`)
  if (existsSync(output)) continue
  const {recorded, problem} = runReference(CASES[name])
  if (problem === undefined) {
    writeFileSync(output, `${JSON.stringify(recorded)}\n`)
    process.stdout.write(`${name}\n`)
  } else {
    process.exitCode = 1
    process.stderr.write(`${name}: ${problem}\n`)
  }
}
