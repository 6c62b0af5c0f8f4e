import {expect, it} from 'vitest'
import {defaultScenario} from '../config/presets.ts'
import type {Scenario} from '../config/scenario.ts'
import {parseTrace} from '../trace/formats/parse-trace.ts'
import {toWorkload} from '../trace/parsed-trace.ts'
import {leaveOutOversize, oversizeOddities} from './oversize.ts'

/** One instance of 64 blocks of 64 tokens. */
function scenarioWith(changes: Partial<Scenario> = {}, model = 'nobody/knows'): Scenario {
  const base = defaultScenario()
  if (base.fleet.topology !== 'agg') throw new Error('expected an aggregated fleet')
  const {workers} = base.fleet
  const args = {...workers.args, num_gpu_blocks: 64, block_size: 64, aic_model_path: model}
  return {...base, release: '1.2.1', fleet: {topology: 'agg', workers: {...workers, args}}, ...changes}
}

function traffic(...lengths: number[]) {
  const rows = lengths.map((input_length, i) => ({
    timestamp: i * 1000,
    input_length,
    output_length: 10,
    hash_ids: Array.from({length: Math.ceil(input_length / 512)}, (_, k) => k),
  }))
  const parsed = parseTrace(rows.map(row => JSON.stringify(row)).join('\n'), 'f')
  if (!parsed.ok) throw new Error(parsed.error.message)
  const made = toWorkload(parsed.value, {traceBlockSize: 512, arrivalSpeedupRatio: 1})
  if (!made.ok) throw new Error(made.error.message)
  return made.value
}

it('leaves out what no instance can hold, unless it is to be kept', () => {
  const workload = traffic(500, 9000, 4086, 4087)
  const left = leaveOutOversize(scenarioWith(), workload)
  expect([...left.workload.inputLength]).toEqual([500, 4086])
  expect(left.notice).toContain('2 of 4 requests are larger than the KV cache of one instance (4096 tokens;')
  const kept = leaveOutOversize(scenarioWith({traceSelection: {oversize: 'keep'}}), workload)
  expect(kept).toEqual({workload, notice: null})
  expect(leaveOutOversize(scenarioWith({release: '1.6.1'}), workload).notice).toBe(null)
})

it('says before a run what will not fit, with the longest prompt that does', () => {
  const workload = traffic(500, 9000, 4086, 4087)
  const cure = {flag: '--trace-max-input', value: '4086'}
  const text =
    '2 of 4 requests do not fit into one instance’s KV cache of 4096 tokens (the longest prompt has 9000). '
  const told = (scenario: Scenario) => oversizeOddities(scenario, workload)
  expect(told(scenarioWith())).toEqual([
    {
      kind: 'too-long',
      text: `${text}A run leaves them out, with the turns that follow them, and counts them.`,
      cure,
    },
  ])
  expect(told(scenarioWith({release: '1.6.1'}))[0]!.text).toContain('The engine turns them away')
  expect(told(scenarioWith({traceSelection: {oversize: 'keep'}}))[0]!.text).toContain('They are kept')
})

it('speaks of one request in the singular', () => {
  const told = (scenario: Scenario) => oversizeOddities(scenario, traffic(500, 9000))[0]!.text
  expect(told(scenarioWith())).toContain(
    '1 of 2 requests does not fit into one instance’s KV cache of 4096 tokens (the longest prompt has 9000). A run leaves it out,',
  )
  expect(told(scenarioWith({release: '1.6.1'}))).toContain('The engine turns it away and it does not count')
  expect(told(scenarioWith({traceSelection: {oversize: 'keep'}}))).toContain(
    'It is kept: the run ends at it.',
  )
})

it('says what is longer than the model reads', () => {
  const scenario = scenarioWith({}, 'Qwen/Qwen3-8B')
  const {fleet} = scenario
  if (fleet.topology !== 'agg') throw new Error('expected an aggregated fleet')
  const args = {...fleet.workers.args, num_gpu_blocks: 16384}
  const roomy: Scenario = {...scenario, fleet: {topology: 'agg', workers: {...fleet.workers, args}}}
  expect(oversizeOddities(roomy, traffic(500, 40_950))).toEqual([])
  expect(oversizeOddities(roomy, traffic(500, 40_951))).toMatchObject([
    {
      kind: 'over-context',
      text: expect.stringContaining('1 of 2 requests does not fit into the model’s context of 40960 tokens'),
      cure: {flag: '--trace-max-input', value: '40950'},
    },
  ])
})
