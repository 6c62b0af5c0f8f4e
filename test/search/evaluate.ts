import {performance} from 'node:perf_hooks'
import {machineMemory} from '../../src/cli/machine/memory.ts'
import {createTimingLoader} from '../../src/cli/timing-loader.ts'
import type {Scenario} from '../../src/config/scenario.ts'
import {ok, type Result} from '../../src/core/result.ts'
import {prepareRun, type RunPorts, simulatePrepared} from '../../src/run/prepare-run.ts'
import type {Evaluate} from '../../src/search/run-search.ts'
import {computeFigures, type PointFigures} from '../../src/sweep/points.ts'
import {parseTrace} from '../../src/trace/formats/parse-trace.ts'
import {toWorkload} from '../../src/trace/parsed-trace.ts'

/** Load that rises, bursts and ebbs: something to scale for. */
export function traceText(requests = 260): string {
  const lines = Array.from({length: requests}, (_, i) =>
    JSON.stringify({
      timestamp: Math.round(
        i < 160 ? i * 260 : i < 210 ? 41_600 + (i - 160) * 90 : 46_100 + (i - 210) * 1400,
      ),
      input_length: 6500 + (i % 9) * 120,
      output_length: 140 + (i % 7) * 4,
      hash_ids: Array.from({length: 15}, (_unused, block) => (block < 2 ? i % 5 : 1000 + i * 15 + block)),
    }),
  )
  return `${lines.join('\n')}\n`
}

/** Runs of one trace in this thread; what was run once is remembered, and how much was run is counted. */
export class Runs {
  count = 0
  readonly #known = new Map<string, Result<PointFigures>>()
  readonly #ports: RunPorts

  constructor(text: string) {
    const parsed = parseTrace(new TextEncoder().encode(text), 'trace.jsonl')
    if (!parsed.ok) throw new Error(parsed.error.message)
    this.#ports = {
      loadTraffic: async scenario => {
        const {traceBlockSize, arrivalSpeedupRatio, traceSelection} = scenario
        const selection = traceSelection === undefined ? {} : {traceSelection}
        const workload = toWorkload(parsed.value, {traceBlockSize, arrivalSpeedupRatio, ...selection})
        if (!workload.ok) return workload
        return ok({workload: workload.value, name: 'trace', sha256: '', fileBytes: 0, notices: []})
      },
      timing: createTimingLoader(),
      memory: machineMemory(),
      nowMs: () => performance.now(),
    }
  }

  async run(scenario: Scenario): Promise<Result<PointFigures>> {
    const key = JSON.stringify(scenario)
    const known = this.#known.get(key)
    if (known !== undefined) return known
    this.count++
    const prepared = await prepareRun(scenario, this.#ports)
    if (!prepared.ok) return prepared
    const steps = simulatePrepared(prepared.value)
    for (;;) {
      const step = steps.next()
      if (!step.done) continue
      const figures = ok(computeFigures(step.value))
      this.#known.set(key, figures)
      return figures
    }
  }

  readonly evaluate: Evaluate = async (evaluations, settle) => {
    for (const {id, scenario} of evaluations) settle(id, await this.run(scenario))
  }
}
