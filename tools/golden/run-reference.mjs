// Runs one case in the reference, in a folder of its own, and gives back what tools/golden/record.py says of it.
import {execFileSync} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {bundleAndImport} from '../bundle.mjs'

const TIMEOUT_S = 120
const python = process.env.REFERENCE_PYTHON
const recorder = resolve(process.env.REFERENCE_RECORDER ?? 'tools/golden/record.py')
if (python === undefined) throw new Error('set REFERENCE_PYTHON to the interpreter that has ai-dynamo 1.2.1')

const {generateTrace} = await bundleAndImport('src/trace/generators/generate.ts')

/** What the reference did, or `{problem}` where it failed. */
export function runReference({trace: generator, argv}) {
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
    return {recorded: {generator, ...JSON.parse(text)}}
  } catch (error) {
    return {
      problem:
        error.status === 124 ? `no end after ${TIMEOUT_S} s` : String(error.stderr ?? error).slice(-600),
    }
  } finally {
    rmSync(scratch, {recursive: true, force: true})
  }
}
