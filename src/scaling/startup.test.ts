import {describe, expect, test} from 'vitest'
import {parseStartup} from '../config/startup/parse-startup.ts'
import {createStartup} from './startup.ts'

function startsMs(text: string, seed = 1, count = 2000): number[] {
  const spec = parseStartup(text)
  if (!spec.ok) throw new Error(spec.error.message)
  const startup = createStartup(spec.value, seed, 'decode')
  return Array.from({length: count}, (_, id) => startup.readyAfterMs(id, 0))
}

describe('the start of an instance', () => {
  test('takes as long whenever it is asked for, by seed and number alone', () => {
    const spec = parseStartup('pvc')
    if (!spec.ok) throw new Error(spec.error.message)
    const [one, other] = [createStartup(spec.value, 5, 'decode'), createStartup(spec.value, 5, 'decode')]
    one.readyAfterMs(3, 0)
    expect(one.readyAfterMs(17, 0)).toBe(other.readyAfterMs(17, 0))
    expect(createStartup(spec.value, 6, 'decode').readyAfterMs(17, 0)).not.toBe(other.readyAfterMs(17, 0))
    expect(createStartup(spec.value, 5, 'prefill').readyAfterMs(17, 0)).not.toBe(other.readyAfterMs(17, 0))
  })

  test('is to the bit what the engine args say where it is constant', () => {
    expect(new Set(startsMs('240.7'))).toEqual(new Set([240.7 * 1000]))
  })

  test('adds its stages', () => {
    expect(new Set(startsMs('stages(node=40s,pull=1min,load=2min)'))).toEqual(new Set([220_000]))
  })

  test('is spread as its table says', () => {
    const starts = startsMs('pvc').sort((a, b) => a - b)
    expect(starts[0]).toBe(300_000)
    expect(starts.at(-1)).toBe(600_000)
    expect(Math.abs((starts[1000] ?? 0) - 450_000)).toBeLessThan(15_000)
  })

  test('fails and straggles in the stated shares', () => {
    const failed = startsMs('60;fail(share=10%,timeout=10min)')
    const tries = failed.map(ms => (ms - 60_000) / 600_000)
    expect(tries.every(Number.isInteger)).toBe(true)
    const mean = tries.reduce((sum, n) => sum + n, 0) / tries.length
    // A tenth of the tries fail: 1/9 of a failure per start.
    expect(Math.abs(mean - 1 / 9)).toBeLessThan(0.03)
    const slow = startsMs('60;straggle(share=2%,factor=4)').filter(ms => ms === 240_000).length / 2000
    expect(Math.abs(slow - 0.02)).toBeLessThan(0.01)
  })

  test('comes from the warm pool as long as one stands by, which is then made up for', () => {
    const spec = parseStartup('60;standby(count=2,start=5s,cost=30%)')
    if (!spec.ok) throw new Error(spec.error.message)
    const startup = createStartup(spec.value, 1, 'agg')
    const starts = [0, 0, 0, 30_000, 60_000].map((nowMs, id) => startup.readyAfterMs(id, nowMs))
    expect(starts).toEqual([5000, 5000, 60_000, 60_000, 5000])
  })
})
