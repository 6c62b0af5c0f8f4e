import {describe, expect, it} from 'vitest'
import type {InstanceRecord} from '../../../engine/record/record.ts'
import {cumulativeGpuHours, replicaSteps} from './replica-steps.ts'

function worker(life: Partial<InstanceRecord>): InstanceRecord {
  return {
    id: 0,
    component: 'agg',
    requestedMs: 0,
    readyMs: 0,
    drainMs: null,
    exitMs: null,
    passes: 0,
    busyMs: 0,
    ...life,
  }
}

describe('replicaSteps', () => {
  it('counts an instance as starting, serving and draining in turn', () => {
    const life = worker({requestedMs: 10_000, readyMs: 40_000, drainMs: 90_000, exitMs: 95_000})
    const steps = replicaSteps([worker({}), life], 100)
    expect([...steps.x]).toEqual([0, 10, 40, 90, 95, 100])
    expect([...steps.starting]).toEqual([0, 1, 0, 0, 0, 0])
    expect([...steps.serving]).toEqual([1, 1, 2, 1, 1, 1])
    expect([...steps.draining]).toEqual([0, 0, 0, 1, 0, 0])
  })

  it('ends a start that was cancelled, and never counts it as serving', () => {
    const steps = replicaSteps([worker({requestedMs: 5000, readyMs: null, drainMs: 8000, exitMs: 8000})], 20)
    expect(Math.max(...steps.serving)).toBe(0)
    expect(steps.starting.at(-1)).toBe(0)
  })
})

describe('cumulativeGpuHours', () => {
  it('rises to the billed total and counts starting and draining time', () => {
    const workers = [worker({}), worker({requestedMs: 50_000, readyMs: 80_000, exitMs: 100_000})]
    const hours = cumulativeGpuHours(workers, Float64Array.of(0, 50, 100), 3, 100)
    expect([...hours]).toEqual([0, 1, 3])
  })
})
