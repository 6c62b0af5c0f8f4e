import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {runCli} from './run-cli.ts'

let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'planner-replay-policy-'))
})

afterAll(() => rmSync(folder, {recursive: true}))

async function policy(content: unknown): Promise<{code: number; out: string; error: string}> {
  const path = join(folder, 'timeline.json')
  writeFileSync(path, JSON.stringify(content))
  let out = ''
  let error = ''
  const code = await runCli(['policy', path], {
    writeOut: text => (out += text),
    writeError: text => (error += text),
    isTerminal: false,
  })
  return {code, out, error}
}

const TIMELINE = {
  name: 'by hand',
  policy: 'hpa',
  config: {
    spec: {
      maxReplicas: 9,
      metrics: [
        {
          type: 'External',
          external: {metric: {name: 'q'}, target: {type: 'AverageValue', averageValue: '5'}},
        },
      ],
    },
  },
  ticks: [{tMs: 0, in: {specReplicas: 2, statusReplicas: 2, pods: [{}, {}], external: {q: [15000]}}}],
}

describe('policy', () => {
  it('prints the timeline with our decision in every tick', async () => {
    const {code, out, error} = await policy(TIMELINE)
    expect({code, error}).toEqual({code: 0, error: ''})
    expect(JSON.parse(out)).toEqual({
      ...TIMELINE,
      ticks: [
        {
          ...TIMELINE.ticks[0],
          out: {
            desired: 3,
            rescaled: true,
            proposal: 3,
            metric: 0,
            why: 'above-target',
            able: 'True/SucceededRescale',
            active: 'True/ValidMetricFound',
            limited: 'False/DesiredWithinRange',
            scaledToZero: 'False/NotScaledToZero',
            current: [7500],
          },
        },
      ],
    })
  })

  it.each([
    [{...TIMELINE, policy: 'vpa'}, 'policy is "vpa"; it can be hpa, keda, kpa'],
    [{...TIMELINE, config: {spec: {}}}, 'config.spec.maxReplicas is missing'],
    [{...TIMELINE, ticks: [{tMs: 0, in: {}}]}, 'ticks[0].in.specReplicas is missing'],
    [{...TIMELINE, ticks: [7]}, 'ticks[0] is not an object'],
    [{...TIMELINE, policy: 'kpa', ticks: [{tMs: 1, ready: 1, samples: [3]}]}, 'ticks[0].samples'],
    [{...TIMELINE, policy: 'keda', config: {scaledObject: {}}}, 'config.scaledObject.triggers is empty'],
  ])('says in one line what is wrong', async (timeline, message) => {
    const {code, error} = await policy(timeline)
    expect(code).toBe(2)
    expect(error).toContain(message)
    expect(error.trim().split('\n')).toHaveLength(1)
  })
})
