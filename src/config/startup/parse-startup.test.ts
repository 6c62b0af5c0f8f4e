import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {parseStartup} from './parse-startup.ts'
import {STARTUP_PRESETS} from './startup-presets.ts'
import {formatStartup} from './startup-spec.ts'

function read(text: string): string {
  const parsed = parseStartup(text)
  return parsed.ok ? formatStartup(parsed.value) : parsed.error.message
}

describe('a start-up', () => {
  test.each([
    ['300', '5min'],
    ['6 min', '6min'],
    ['1h30m', '90min'],
    ['0', '0s'],
    ['lognormal( median = 90s , p95=4 min )', 'lognormal(median=90s,p95=4min)'],
    ['quantiles(p10=30,p50=60,p99.9=300)', 'quantiles(p10=30s,p50=1min,p99.9=5min)'],
    [
      'stages(node=40s,pull=lognormal(median=1min,p95=6min),load=2min);fail(share=5%,timeout=10min)',
      'stages(node=40s,pull=lognormal(median=1min,p95=6min),load=2min);fail(share=0.05,timeout=10min)',
    ],
    [
      '60;slow( passes=50, factor=3 );standby(count=2,start=10,cost=30%)',
      '1min;slow(passes=50,factor=3);standby(count=2,start=10s,cost=0.3)',
    ],
    ['pvc; straggle(share=0.02,factor=4)', 'quantiles(p5=5min,p95=10min);straggle(share=0.02,factor=4)'],
  ])('%s reads as %s, which reads as itself', (text, expected) => {
    expect(read(text)).toBe(expected)
    expect(read(expected)).toBe(expected)
  })

  test.each([
    ['', 'startup: "" is no duration'],
    ['fast', 'startup: "fast" is no duration'],
    ['-5', 'is no duration'],
    ['1000d', 'is no duration'],
    ['normal(mean=3)', 'is none of lognormal, quantiles and stages'],
    ['lognormal(median=3min,p95=1min)', 'may not lie below its median'],
    ['quantiles(p50=60,p10=30)', 'quantiles must rise'],
    ['stages()', 'stages() has no stage'],
    ['60;fail(share=100%,timeout=1)', 'at most 90 %'],
    ['60;warm(3)', 'is none of fail'],
    ['60;slow(passes=0,factor=2)', 'a whole number of passes'],
    ['60;standby(count=1,start=5,size=3)', 'standby needs count and start'],
    ['60;slow(passes=5,factor=2);slow(passes=5,factor=2)', 'once each'],
  ])('%s is refused in one sentence', (text, message) => {
    expect(read(text)).toContain(message)
  })

  test('has presets that read, each with its source', () => {
    for (const {name, source} of STARTUP_PRESETS) {
      expect(parseStartup(name).ok, name).toBe(true)
      expect(source).toMatch(/\S/)
    }
  })

  test('is read or refused whatever is written', () => {
    const word = fc.constantFrom(
      'stages',
      'lognormal',
      '(',
      ')',
      'median=',
      'p95=',
      ',',
      ';',
      '5min',
      'fail',
      '%',
      ' ',
    )
    fc.assert(
      fc.property(fc.array(word, {maxLength: 12}), words => {
        expect(read(words.join(''))).toMatch(/\S/)
      }),
    )
  })
})
