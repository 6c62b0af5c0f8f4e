// Makes test/golden16/predict/NAME.json from NAME.yaml: what `aisimulate predict --stack dynamo` of 1.6.1 says of it, with our
// five bundled minutes as the trace.
//   REFERENCE16_BIN=…/bin [MODEL_CONFIGS=DIR] node tools/golden/make-predict.mjs
// MODEL_CONFIGS holds MODEL/config.json of models the package does not bring. Files that exist are kept; delete one to make it
// again.
import {spawnSync} from 'node:child_process'
import {cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {gunzipSync} from 'node:zlib'

const {REFERENCE16_BIN: bin, MODEL_CONFIGS: models} = process.env
if (bin === undefined) throw new Error('REFERENCE16_BIN is to be set')
const folder = resolve('test/golden16/predict')
const scratch = mkdtempSync(join(tmpdir(), 'predict16-'))
if (models !== undefined) cpSync(models, scratch, {recursive: true})
const trace = gunzipSync(readFileSync('static-traces/toolagent-5min.jsonl.gz'))
writeFileSync(join(scratch, 'toolagent-5min.jsonl'), trace)

for (const name of readdirSync(folder).filter(file => file.endsWith('.yaml'))) {
  const output = join(folder, name.replace('.yaml', '.json'))
  if (existsSync(output)) continue
  const made = join(scratch, name)
  const args = ['predict', '-c', join(folder, name), '--stack', 'dynamo', '--output-dir', made]
  const run = spawnSync(join(bin, 'aisimulate'), args, {cwd: scratch, encoding: 'utf8'})
  if (run.status !== 0) {
    process.stderr.write(`${name}: ${run.stderr.trim().split('\n').at(-1)}\n`)
    process.exitCode = 1
    continue
  }
  const {summary, coverage, planner} = JSON.parse(readFileSync(join(made, 'prediction.json'), 'utf8'))
  for (const key of ['wall_time_ms', 'processed_tokens_per_s', 'processed_output_tokens_per_s'])
    delete summary[key]
  const told = planner && {
    scaling_events: planner.scaling_events,
    // Without the random names of requests.
    lifecycle_operations: planner.lifecycle_operations.map(
      ({topology_released_request_uuids: _, ...operation}) => operation,
    ),
    total_ticks: planner.total_ticks,
    // The last tick names one after it that never comes.
    ticks: planner.ticks
      .slice(0, -1)
      .map(({at_ms, topology, effects: {scale_to}}) => ({at_ms, topology, effects: {scale_to}})),
  }
  writeFileSync(output, `${JSON.stringify({coverage, planner: told, summary})}\n`)
}
