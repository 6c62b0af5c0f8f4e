import {describe, expect, test} from 'vitest'
import {type NamedLine, nameLines} from './line-names.ts'

const ROOM = {left: 50, right: 450, top: 8, bottom: 148}

const level = (key: string, y: number): NamedLine => ({
  key,
  text: key,
  points: [
    [50, y],
    [450, y],
  ],
})

describe('names of lines', () => {
  test('stand at the right end, above the line or below one without room above', () => {
    const [low, high] = nameLines([level('arrived', 100), level('completed', 12)], ROOM)
    expect(low).toMatchObject({key: 'arrived', x: 450, anchor: 'end'})
    expect(low!.y).toBeLessThan(100)
    expect(high!.y).toBeGreaterThan(12)
  })

  test('cover no line, no other name, and nothing that is written there already', () => {
    const saw: NamedLine = {
      key: 'saw',
      text: 'saw',
      points: Array.from({length: 101}, (_, i) => [50 + i * 4, i % 2 === 0 ? 40 : 130]),
    }
    // Through the saw no name can be read, and its own would stand on it.
    expect(nameLines([level('flat', 90), saw], ROOM)).toEqual([])
    const taken = {left: 300, right: 450, top: 84, bottom: 98}
    const [beside] = nameLines([level('flat', 100)], ROOM, [taken])
    expect([beside!.x, beside!.y > 100]).toEqual([450, true])
    const twins = nameLines([level('one', 80), level('two', 84)], ROOM)
    expect(twins.map(({y}) => y < 80)).toEqual([true, false])
  })

  test('go to the left of where a line ends early, and are left out where there is none', () => {
    const early: NamedLine = {
      key: 'early',
      text: 'early',
      points: [
        [50, 60],
        [350, 60],
        [354, Number.NaN],
      ],
    }
    const [name] = nameLines([early], ROOM)
    expect(name!.x).toBeLessThanOrEqual(354)
    expect(nameLines([{...early, points: [[60, 60]]}], ROOM)).toEqual([])
    expect(nameLines([{...early, text: ''}], ROOM)).toEqual([])
  })
})
