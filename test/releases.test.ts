import {expect, test} from 'vitest'
import {scenarioKey} from '../src/report/honesty/scenario-key.ts'
import {releaseFiguresOf, THEN_AND_NOW, TRIED} from '../src/ui/panels/guide/releases/release-figures.ts'
import {runScenario, scenarioOf} from './support/preset-figures.ts'
import {RELEASE_LINKS} from './support/release-figures.ts'

/** What the guide tells of both releases is of this version; tools/guide/release-figures.mjs makes it anew. */

test.each(RELEASE_LINKS)('%s is the scenario that was measured', link => {
  expect(releaseFiguresOf(link)?.scenario_key).toBe(scenarioKey(scenarioOf(link)))
})

test('the phase the page opens with is the median of its five', {timeout: 300_000}, async () => {
  const {link} = THEN_AND_NOW.find(({title}) => title === '1.6.1, cold start 60 s')!
  const figures = releaseFiguresOf(link)!
  const {report} = await runScenario(scenarioOf(link))
  expect(report.mean_ttft_ms).toBeCloseTo(figures.mean_ttft_ms.median, 2)
  expect(report.planner_replay.billed_gpu_hours).toBeCloseTo(figures.billed_gpu_hours.median, 6)
})

test('what the guide says of the figures is so', () => {
  const of = (title: string) =>
    releaseFiguresOf([...THEN_AND_NOW, ...TRIED].find(row => row.title === title)!.link)!
  expect(of('1.6.1, cold start 60 s').held_share!.min).toBeGreaterThan(0.2)
  expect(of('1.6.1, ready at once').held_share!.median).toBeGreaterThan(0.5)
  expect(of('1.6.1, cold start 300 s').held_share!.median).toBe(0)
  for (const title of ['max_num_batched_tokens 2048', 'itl 110', 'itl 150'])
    expect(of(title).held_share!.max).toBe(0)
  for (const title of [
    'min_endpoint 3',
    'load_adjustment_interval 30',
    'load_min_observations 40',
    'max_num_fpm_samples 16',
  ])
    expect(of(title).billed_gpu_hours.median).toBeGreaterThan(5.9)
})
