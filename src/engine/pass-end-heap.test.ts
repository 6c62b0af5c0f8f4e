import fc from 'fast-check'
import {expect, it} from 'vitest'
import {PassEndHeap} from './pass-end-heap.ts'

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom('push', 'push', 'pop', 'forward', 'remove'),
    time: fc.nat(20),
    instance: fc.nat(9),
  }),
  {maxLength: 80},
)

it('gives the first by time and tie, whatever came forward or went in between', () => {
  fc.assert(
    fc.property(steps, told => {
      const heap = new PassEndHeap()
      const model = new Map<number, {time: number; tie: number}>()
      const first = () => [...model].sort(([, a], [, b]) => a.time - b.time || a.tie - b.tie)[0] ?? null
      told.forEach(({kind, time, instance}, tie) => {
        const known = model.get(instance)
        if (kind === 'push' && known === undefined) {
          heap.push(time, tie, instance)
          model.set(instance, {time, tie})
        } else if (kind === 'forward' && known !== undefined && time <= known.time) {
          heap.bringForward(time, instance)
          known.time = time
        } else if (kind === 'remove' && known !== undefined) {
          heap.remove(instance)
          model.delete(instance)
        } else if (kind === 'pop' && model.size > 0) {
          const expected = first()![0]
          expect(heap.pop()).toBe(expected)
          model.delete(expected)
        }
        expect(heap.size).toBe(model.size)
        expect(heap.topTime).toBe(first()?.[1].time ?? Number.POSITIVE_INFINITY)
      })
    }),
  )
})
