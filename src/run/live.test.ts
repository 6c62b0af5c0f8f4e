import {expect, test} from 'vitest'
import {goldenScenario, loaderFor, readGolden} from '../../test/support/golden.ts'
import {PROJECT} from '../../test/support/shared.ts'
import {parseMooncake} from '../trace/formats/mooncake.ts'
import {generateTrace} from '../trace/generators/generate.ts'
import {loadLaterParts} from './later-parts.ts'
import type {LiveColumns} from './live.ts'
import type {RunResult} from './run.ts'
import {simulate} from './simulate.ts'
import {workloadOptionsOf} from './traffic.ts'

const FOLDER = `${PROJECT}/static-traces`

async function watch(name: string): Promise<{result: RunResult; live: LiveColumns}> {
  const golden = readGolden(`${PROJECT}/test/golden/replay/${name}.json`)
  const scenario = goldenScenario(golden)
  const text = generateTrace(golden.generator!)
  const workload = parseMooncake(text, {fileName: name, ...workloadOptionsOf(scenario)})
  const timing = await loaderFor(FOLDER).prepare(scenario)
  if (!workload.ok || !timing.ok) throw new Error('the golden case can be run')
  const later = await loadLaterParts(scenario)
  const steps = simulate({
    ...{scenario, workload: workload.value, traceSha256: '', later, clock: () => 0},
    ...timing.value,
  })
  let live: LiveColumns | undefined
  for (;;) {
    const step = steps.next()
    if (step.done) return {result: step.value, live: live!}
    live = step.value.live
  }
}

test.each(['agg_sla_waves_s12', 'disagg_sla_s15'])(
  'what is drawn of %s while it runs is what it records',
  async name => {
    const {result, live} = await watch(name)
    const {workers, requests} = result.engine
    expect(live.atS.length).toBeGreaterThan(20)
    expect(live.atS.length).toBeLessThanOrEqual(201)
    let fromMs = Number.NEGATIVE_INFINITY
    for (const [i, atS] of live.atS.entries()) {
      const atMs = atS * 1000
      const serving = workers.filter(
        ({readyMs, drainMs, exitMs}) =>
          readyMs !== null && readyMs <= atMs && (drainMs ?? exitMs ?? Number.POSITIVE_INFINITY) > atMs,
      )
      expect(live.serving[i]).toBe(serving.length)
      const first = Array.from(requests.firstTokenMs.keys()).filter(
        r => requests.firstTokenMs[r]! > fromMs && requests.firstTokenMs[r]! <= atMs,
      )
      const mean =
        first.reduce((sum, r) => sum + requests.firstTokenMs[r]! - requests.arrivalMs[r]!, 0) / first.length
      if (first.length > 0) expect(live.ttftMs[i]).toBeCloseTo(mean, 6)
      else expect(live.ttftMs[i]).toBeNaN()
      fromMs = atMs
    }
  },
)
