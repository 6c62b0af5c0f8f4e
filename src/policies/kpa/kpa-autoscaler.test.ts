import {describe, expect, test} from 'vitest'
import {parseKpaConfig} from '../../config/scaling/parse-kpa-config.ts'
import {KpaAutoscaler} from './kpa-autoscaler.ts'

function autoscaler(annotations: object, readyPods: number): KpaAutoscaler {
  const parsed = parseKpaConfig({configMap: null, annotations, containerConcurrency: 0})
  if (!parsed.ok) throw new Error(parsed.error.message)
  return new KpaAutoscaler(parsed.value, {nowMs: 0, readyPods})
}

function record(kpa: KpaAutoscaler, fromS: number, toS: number, value: number): void {
  for (let s = fromS; s <= toS; s++) kpa.record(s * 1000, value)
}

describe('KPA', () => {
  test('keeps the size until there is a sample', () => {
    expect(autoscaler({target: '10'}, 1).decide(500, 1)).toMatchObject({isValid: false, applied: 1})
  })

  test('panics when the short window asks for twice what is ready, and never shrinks then', () => {
    const kpa = autoscaler({target: '10'}, 1)
    // Target 7: one replica carries 7; 21 in flight want 3, thrice what is ready.
    record(kpa, 1, 2, 21)
    expect(kpa.decide(2500, 1)).toMatchObject({applied: 3, isPanicking: true})
    record(kpa, 3, 10, 0)
    expect(kpa.decide(10_500, 3)).toMatchObject({applied: 3, isPanicking: true, heldBy: 'panic'})
    // The panic ends a stable window after it last had a reason, and then the rate lets half go at most.
    record(kpa, 11, 64, 0)
    expect(kpa.decide(64_500, 3)).toMatchObject({applied: 1, isPanicking: false})
  })

  test('waits with a smaller size for the scale-down delay', () => {
    const kpa = autoscaler({target: '10', 'scale-down-delay': '10s'}, 1)
    record(kpa, 1, 2, 7)
    record(kpa, 1, 2, 6)
    // 13 a second want 2.
    expect(kpa.decide(2500, 2)).toMatchObject({applied: 2})
    record(kpa, 3, 120, 0)
    expect(kpa.decide(10_500, 2)).toMatchObject({applied: 2, heldBy: 'scale-down delay'})
    expect(kpa.decide(120_500, 2)).toMatchObject({applied: 1})
  })
})
