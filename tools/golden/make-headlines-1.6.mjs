// Makes test/golden16/headlines.json: of runs of the reference 1.6.1 on traces that people can have, what was run and the headline
// figures, and not the megabytes of their ticks. They tell a result of the page or the command line that it equals the reference's.
// Run: node tools/golden/make-headlines-1.6.mjs FILE.json… with files that the seeded oracle wrote (planner runs with --order sorted).
// Runs already kept stay; a name given again is replaced.
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {basename} from 'node:path'

const OUTPUT = 'test/golden16/headlines.json'

const catalogue = JSON.parse(readFileSync('static-traces/catalogue.json', 'utf8'))
const known = new Set(catalogue.traces.flatMap(({sha256, unpackedSha256}) => [sha256, unpackedSha256]))
const kept = existsSync(OUTPUT) ? JSON.parse(readFileSync(OUTPUT, 'utf8')) : {}

for (const path of process.argv.slice(2)) {
  const {case: ran, trace_sha256, report, planner} = JSON.parse(readFileSync(path, 'utf8'))
  if (report === undefined || !known.has(trace_sha256)) continue
  const name = basename(path, '.json')
  kept[name] = {
    case: ran,
    trace_sha256,
    report: headlineOf(report),
    ...(planner ? {planner: totalsOf(planner)} : {}),
  }
}

const lines = Object.entries(kept).map(([name, run]) => `"${name}": ${JSON.stringify(run)}`)
writeFileSync(OUTPUT, `{\n${lines.sort().join(',\n')}\n}\n`)
process.stdout.write(`${OUTPUT}: ${lines.length} runs\n`)

/** As HEADLINE_KEYS of src/report/honesty/deviation.ts. */
function headlineOf(report) {
  const {completed_requests, duration_ms, mean_ttft_ms, p90_ttft_ms, mean_itl_ms, p90_itl_ms} = report
  const {output_throughput_tok_s, prefix_cache_reused_ratio} = report
  return {
    ...{completed_requests, duration_ms, mean_ttft_ms, p90_ttft_ms, mean_itl_ms, p90_itl_ms},
    ...{output_throughput_tok_s, prefix_cache_reused_ratio},
  }
}

function totalsOf({total_ticks, gpu_hours, gpu_hours_active, scaling_events}) {
  return {total_ticks, gpu_hours, gpu_hours_active, scaling_events: scaling_events.length}
}
