import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {MAX_POINTS, parseAxis} from './axis.ts'

function valuesOf(text: string) {
  const axis = parseAxis(text)
  if (!axis.ok) throw new Error(axis.error.message)
  return axis.value.values
}

function messageOf(text: string): string {
  const axis = parseAxis(text)
  return axis.ok ? `no error: ${axis.value.values}` : axis.error.message
}

describe('a range', () => {
  test('has both ends', () => {
    expect(valuesOf('startup_time=0:30:10')).toEqual([0, 10, 20, 30])
    expect(valuesOf('startup_time=0:35:10')).toEqual([0, 10, 20, 30])
    expect(valuesOf('startup_time=5:5:1')).toEqual([5])
    expect(valuesOf('num_workers=4:1:-1')).toEqual([4, 3, 2, 1])
  })

  test('has the decimals it was written with', () => {
    expect(valuesOf('startup_time=0:0.3:0.1')).toEqual([0, 0.1, 0.2, 0.3])
    expect(valuesOf('arrival_speedup_ratio=0.5:2:0.25')).toEqual([0.5, 0.75, 1, 1.25, 1.5, 1.75, 2])
    expect(Object.is(valuesOf('planner.kalman_q_level=-0.1:0.1:0.1')[1], 0)).toBe(true)
  })

  test('says what is wrong with it', () => {
    expect(messageOf('startup_time=0:300')).toMatch(/^startup_time: a range is from:to:step/)
    expect(messageOf('startup_time=0:300:0')).toMatch(/step of 0 does not lead from 0 to 300/)
    expect(messageOf('startup_time=300:0:10')).toMatch(/step of 10 does not lead from 300 to 0/)
    expect(messageOf('startup_time=0:1e9:1')).toMatch(/three numbers/)
    expect(messageOf('startup_time=0:1000000:1')).toMatch(`more than ${MAX_POINTS} values`)
    expect(messageOf('num_workers=1:2:0.5')).toBe("num_workers must be a whole number, got '1.5'")
    expect(messageOf('num_workers=0:2:1')).toBe('num_workers must be at least 1, got 0')
  })

  test('is the whole multiples of its step, exactly, for any decimals', () => {
    const hundredths = fc.integer({min: 0, max: 20_000})
    fc.assert(
      fc.property(
        hundredths,
        fc.integer({min: 1, max: 500}),
        fc.integer({min: 0, max: 40}),
        (from, step, steps) => {
          const decimal = (value: number) => (value / 100).toFixed(2)
          const rest = Math.floor(step / 2)
          const text = `${decimal(from)}:${decimal(from + steps * step + rest)}:${decimal(step)}`
          const expected = Array.from({length: steps + 1}, (_, i) => Number(decimal(from + i * step)))
          expect(valuesOf(`startup_time=${text}`)).toEqual(expected)
        },
      ),
    )
  })
})

describe('a list', () => {
  test('keeps its order and takes the values of the field', () => {
    expect(valuesOf('startup_time=30, 0,120')).toEqual([30, 0, 120])
    expect(valuesOf('engine.enable_prefix_caching=true,false')).toEqual([true, false])
    expect(valuesOf('max_num_seqs=64,none')).toEqual([64, null])
    expect(valuesOf('engine.aic_system=h100_sxm,b200_sxm')).toEqual(['h100_sxm', 'b200_sxm'])
    expect(valuesOf('aic_model_path=org/a:b,org/c')).toEqual(['org/a:b', 'org/c'])
    expect(valuesOf('planner=off,on')).toEqual(['off', 'on'])
  })

  test('says which value is wrong', () => {
    expect(messageOf('startup_time=0,ten')).toBe("startup_time must be a number, got 'ten'")
    expect(messageOf('startup_time=-1')).toBe('startup_time must be at least 0, got -1')
    expect(messageOf('preemption_mode=lifo,newest')).toMatch(/'lifo' or 'fifo'/)
    expect(messageOf('startup_time=1,1.0')).toMatch(/a value twice/)
    expect(messageOf('startup_time=')).toMatch(/needs values/)
    expect(messageOf('startup_time')).toMatch(/needs values/)
    expect(messageOf(`aic_model_path=${'x'.repeat(81)}`)).toMatch(/longer than 80/)
  })
})

test('any text gives values or a sentence, never an exception', () => {
  const text = fc.oneof(
    fc.string(),
    fc
      .string({unit: fc.constantFrom('0', '1', '9', '.', ':', ',', '-', 'e', '=')})
      .map(rest => `startup_time=${rest}`),
    fc.string().map(rest => `planner.ttft=${rest}`),
  )
  fc.assert(
    fc.property(text, given => {
      const axis = parseAxis(given)
      if (!axis.ok) {
        expect(axis.error.message).not.toBe('')
        return
      }
      expect(axis.value.values.length).toBeGreaterThan(0)
      expect(axis.value.values.length).toBeLessThanOrEqual(MAX_POINTS)
    }),
    {numRuns: 2000},
  )
})
