import fc from 'fast-check'
import {expect, test} from 'vitest'
import {Deque} from './deque.ts'

const step = fc.record({
  kind: fc.constantFrom('back', 'back', 'front', 'pop', 'pop', 'remove', 'insert'),
  pick: fc.nat(50),
})

test('a deque gives what an array would', () => {
  fc.assert(
    fc.property(fc.array(step, {maxLength: 200}), steps => {
      const deque = new Deque<number>()
      let model: number[] = []
      steps.forEach(({kind, pick}, entry) => {
        if (kind === 'back') {
          deque.pushBack(entry)
          model.push(entry)
        } else if (kind === 'front') {
          deque.pushFront(entry)
          model.unshift(entry)
        } else if (kind === 'insert') {
          const at = model.findIndex(other => other > pick)
          deque.insertBefore(entry, other => other > pick)
          model.splice(at < 0 ? model.length : at, 0, entry)
        } else if (model.length > 0) {
          const going = kind === 'pop' ? model[0]! : model[pick % model.length]!
          if (kind === 'pop') expect(deque.popFront()).toBe(going)
          else deque.remove(going)
          model = model.filter(other => other !== going)
        }
        expect([...deque]).toEqual(model)
        expect(deque.first).toBe(model[0] ?? null)
        expect(deque.isEmpty).toBe(model.length === 0)
      })
    }),
  )
})

test('a long deque that was read far keeps what follows', () => {
  const deque = new Deque<number>()
  for (let entry = 0; entry < 5000; entry++) deque.pushBack(entry)
  for (let entry = 0; entry < 4000; entry++) expect(deque.popFront()).toBe(entry)
  expect([...deque]).toEqual(Array.from({length: 1000}, (_, at) => 4000 + at))
})
