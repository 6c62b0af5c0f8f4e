import fc from 'fast-check'
import {expect, it} from 'vitest'
import {PassBuffer} from './pass-buffer.ts'

const runs = fc.array(
  fc.record({
    instance: fc.nat(3),
    fromMs: fc.nat(50),
    durations: fc.array(fc.integer({min: 1, max: 9}), {minLength: 1, maxLength: 12}),
    requests: fc.integer({min: 1, max: 5}),
    kvTokens: fc.nat(1000),
  }),
  {maxLength: 200},
)

it('takes passes that only decode together as it takes them one by one', () => {
  fc.assert(
    fc.property(runs, told => {
      const [oneByOne, together] = [new PassBuffer(), new PassBuffer()]
      for (const {instance, fromMs, durations, requests, kvTokens} of told) {
        const ends: number[] = []
        let startMs = fromMs
        for (const [pass, durationMs] of durations.entries()) {
          const endMs = startMs + durationMs
          oneByOne.addDecodeOnly(instance, startMs, endMs, requests, kvTokens + pass * requests)
          ends.push(endMs)
          startMs = endMs
        }
        together.addDecodesOnly(instance, fromMs, Float64Array.from(ends), ends.length, requests, kvTokens)
      }
      expect(together.inExecutionOrder()).toEqual(oneByOne.inExecutionOrder())
    }),
  )
})
