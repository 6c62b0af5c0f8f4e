import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {InstanceRecord} from '../../../engine/record/record.ts'
import {describeLife, instanceLanes, stateAt} from './instance-lanes.ts'

function worker(life: Partial<InstanceRecord>): InstanceRecord {
  const base = {id: 0, component: 'agg', requestedMs: 0, readyMs: 0, drainMs: null, exitMs: null} as const
  return {...base, passes: 0, busyMs: 0, ...life}
}

describe('instanceLanes', () => {
  it('tells the states of a life apart', () => {
    const life = instanceLanes(
      [
        worker({
          id: 3,
          requestedMs: 10_000,
          readyMs: 40_000,
          drainMs: 90_000,
          exitMs: 100_000,
          busyMs: 30_000,
        }),
      ],
      200,
    )[0]!
    expect([5, 10, 40, 95, 100].map(at => stateAt(life, at))).toEqual([
      null,
      'starting',
      'serving',
      'draining',
      null,
    ])
    expect(life.busyShare).toBe(0.5)
    expect(describeLife(life)).toBe('instance 3: 0:10 to 1:40, start-up 30 s, busy 50.0 % of its time')
  })

  it('shows a start that was given up, and lives to the end of the run', () => {
    const [stays, given] = instanceLanes(
      [worker({id: 0}), worker({id: 1, requestedMs: 5000, readyMs: null, drainMs: 8000, exitMs: 8000})],
      60,
    )
    expect(stays!.exitS).toBe(60)
    expect(stateAt(given!, 6)).toBe('starting')
    expect(given!.busyShare).toBeNull()
  })

  it('never lets two lives of one lane overlap, and needs no more lanes than lived at a time', () => {
    const lives = fc.array(fc.tuple(fc.integer({min: 0, max: 100}), fc.integer({min: 1, max: 50})), {
      maxLength: 30,
    })
    fc.assert(
      fc.property(lives, list => {
        const workers = list.map(([from, length], id) =>
          worker({id, requestedMs: from * 1000, readyMs: from * 1000, exitMs: (from + length) * 1000}),
        )
        const packed = instanceLanes(workers, 200)
        for (const a of packed) {
          for (const b of packed) {
            if (a.id !== b.id && a.lane === b.lane)
              expect(a.exitS <= b.requestedS || b.exitS <= a.requestedS).toBe(true)
          }
        }
        const atOnce = (s: number) => packed.filter(life => life.requestedS <= s && s < life.exitS).length
        const most = Math.max(0, ...packed.map(life => atOnce(life.requestedS)))
        expect(new Set(packed.map(life => life.lane)).size).toBeLessThanOrEqual(most)
      }),
    )
  })
})
