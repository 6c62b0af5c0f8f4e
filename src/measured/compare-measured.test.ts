import {describe, expect, it} from 'vitest'
import {defaultScenario} from '../config/presets.ts'
import {poolsOf, type Scenario} from '../config/scenario.ts'
import {RandomStream} from '../core/random.ts'
import {ok} from '../core/result.ts'
import type {RequestColumns} from '../engine/record/record.ts'
import {recordOf} from '../report/report-fixture.ts'
import {compareMeasured} from './compare-measured.ts'
import {fitCalibration} from './fit-calibration.ts'
import {emptyRow, type MeasuredRow, type MeasuredRun, requestsOf} from './measured-run.ts'
import {withoutCalibration} from './speed-factors.ts'

const COUNT = 240

interface Pace {
  readonly prefill: number
  readonly decode: number
  /** Extra wait of each request, ms. */
  readonly wait?: (i: number) => number
}

/** Requests whose prompts take 0.1 ms a token and whose tokens take 5 ms, both times a pace. */
function simulate({prefill, decode, wait = () => 0}: Pace): RequestColumns {
  const random = new RandomStream(7, 'test')
  const entries = Array.from({length: COUNT}, (_, i) => {
    const inputLength = 100 + random.nextInt(3000)
    const tokens = 2 + random.nextInt(50)
    const first = i * 100 + wait(i) + inputLength * 0.1 * prefill
    return {
      arrivalMs: i * 100,
      inputLength,
      tokensMs: Array.from({length: tokens}, (_, t) => first + t * 5 * decode),
    }
  })
  return recordOf(entries).requests
}

/** What a stopwatch outside would have measured of them. */
function measuredOf(
  requests: RequestColumns,
  overheadMs: number,
  change: (row: MeasuredRow, i: number) => void = () => {},
): MeasuredRun {
  const rows = Array.from({length: requests.count}, (_, r) => {
    const tokens = requests.emittedTokens[r]!
    const row: MeasuredRow = {
      startMs: 1e12 + requests.arrivalMs[r]!,
      inputTokens: requests.inputLength[r]!,
      outputTokens: tokens,
      ttft: requests.firstTokenMs[r]! - requests.arrivalMs[r]! + overheadMs,
      itl: (requests.lastTokenMs[r]! - requests.firstTokenMs[r]!) / (tokens - 1),
      e2e: requests.lastTokenMs[r]! - requests.arrivalMs[r]! + overheadMs,
    }
    change(row, r)
    return row
  })
  return {
    source: 'AIPerf records',
    fileName: 'run.jsonl',
    requests: requestsOf(rows),
    statistics: [],
    notices: [],
  }
}

function kinds(measured: MeasuredRun, simulated: RequestColumns) {
  return Object.fromEntries(
    compareMeasured(measured, simulated).metrics.map(({metric, error}) => [metric, error]),
  )
}

const asIs = simulate({prefill: 1, decode: 1})

describe('measured requests are paired with simulated ones', () => {
  it('in order, where both are as many and as long', () => {
    const {matching, matched} = compareMeasured(measuredOf(asIs, 0), asIs)
    expect(matched).toBe(COUNT)
    expect(matching).toContain('in order of arrival')
    const {cloud} = compareMeasured(measuredOf(asIs, 5), asIs)
    expect(cloud!.arrivalS).toEqual(cloud!.arrivalS.slice().sort())
    expect(cloud!.measuredMs[7]! - cloud!.simulatedMs[7]!).toBeCloseTo(5)
  })

  it('by their lengths, where some are missing', () => {
    const measured = measuredOf(asIs, 0)
    const few = {...measured, requests: requestsOf(rowsFrom(measured).filter((_, i) => i % 3 !== 0))}
    const compared = compareMeasured(few, asIs)
    expect(compared.matching).toContain('by equal lengths')
    expect(compared.matched).toBe(COUNT - COUNT / 3)
    expect(compared.metrics[0]!.pairs!.medianAbsolute).toBeLessThan(1e-9)
  })

  it('not at all, where another trace was measured: then distributions are compared', () => {
    const other = measuredOf(asIs, 0, row => {
      row.inputTokens += 5000
    })
    const {matched, matching, metrics} = compareMeasured(other, asIs)
    expect(matched).toBe(0)
    expect(matching).toContain('cannot be paired')
    expect(metrics.map(({pairs}) => pairs)).toEqual([null, null, null])
    expect(metrics[0]!.quantiles[0]!.measuredMs).toBeCloseTo(metrics[0]!.quantiles[0]!.simulatedMs)
  })
})

function rowsFrom({requests}: MeasuredRun): MeasuredRow[] {
  const {latencyMs, ...own} = requests!
  return Array.from({length: own.count}, (_, i) => ({
    startMs: own.startMs[i]!,
    inputTokens: own.inputTokens[i]!,
    outputTokens: own.outputTokens[i]!,
    ttft: latencyMs.ttft[i]!,
    itl: latencyMs.itl[i]!,
    e2e: latencyMs.e2e[i]!,
  }))
}

describe('an error is called', () => {
  it('none where both agree', () => {
    expect(kinds(measuredOf(asIs, 1), asIs).ttft!.kind).toBe('none')
  })

  it('an offset', () => {
    const {ttft, itl} = kinds(measuredOf(asIs, 80), asIs)
    expect(ttft).toMatchObject({kind: 'offset', factor: 1})
    expect(ttft!.offsetMs).toBeCloseTo(80)
    expect(itl!.kind).toBe('none')
  })

  it('a factor', () => {
    const {ttft, itl} = kinds(measuredOf(simulate({prefill: 1.5, decode: 1.3}), 0), asIs)
    expect(ttft).toMatchObject({kind: 'factor', offsetMs: 0})
    expect(ttft!.factor).toBeCloseTo(1.5)
    // Every gap is alike here, so an offset would do as well.
    expect(itl!.kind).toBe('offset-or-factor')
  })

  it('an offset and a factor', () => {
    const {ttft} = kinds(measuredOf(simulate({prefill: 1.5, decode: 1}), 60), asIs)
    expect(ttft!.kind).toBe('offset-and-factor')
    expect(ttft!.factor).toBeCloseTo(1.5)
    expect(ttft!.offsetMs).toBeCloseTo(60)
  })

  it('queueing, where some wait that do not in the simulation', () => {
    const queued = simulate({prefill: 1, decode: 1, wait: i => (i % 4 === 0 ? 1500 : 0)})
    const {ttft} = kinds(measuredOf(queued, 0), asIs)
    expect(ttft!.kind).toBe('queueing')
    expect(ttft!.text).toContain('wait longer than simulated')
  })

  it('unknown of a mean alone', () => {
    const run: MeasuredRun = {
      source: 'AIPerf summary',
      fileName: 'f',
      requests: null,
      statistics: [{metric: 'ttft', at: 'mean', ms: 100}],
      notices: [],
    }
    expect(kinds(run, asIs).ttft!.kind).toBe('unknown')
  })
})

describe('a calibration', () => {
  /** Replays at the pace the engine args say. */
  const replay = async (scenario: Scenario) => {
    const {speedup_ratio, decode_speedup_ratio} = poolsOf(scenario.fleet)[0]![1].args
    return ok(simulate({prefill: 1 / speedup_ratio, decode: 1 / (speedup_ratio * decode_speedup_ratio)}))
  }
  const calibrate = async (measured: MeasuredRun) => {
    const fitted = await fitCalibration({scenario: defaultScenario(), measured, simulated: asIs, replay})
    if (!fitted.ok) throw new Error(fitted.error.message)
    return fitted.value
  }

  it('finds pace and overhead on one half, and is judged on the other', async () => {
    const real = measuredOf(simulate({prefill: 1.5, decode: 0.8}), 24)
    const {isAccepted, scenario, calibration, prefillFactor, decodeFactor} = await calibrate(real)
    expect(isAccepted).toBe(true)
    expect(prefillFactor).toBeCloseTo(1.5, 1)
    expect(decodeFactor).toBeCloseTo(0.8, 1)
    expect(calibration.overheadMs).toBeGreaterThan(20)
    expect(calibration).toMatchObject({of: 'run.jsonl', requests: COUNT / 2})
    expect(calibration.errorAfter).toBeLessThan(calibration.errorBefore / 10)
    expect(scenario.calibration).toEqual(calibration)
    expect(withoutCalibration(scenario)).toEqual(defaultScenario())
  })

  it('is refused where the other half does not improve', async () => {
    // What one half measures too much the other measures too little.
    const noise = measuredOf(asIs, 0, (row, i) => {
      const factor = i % 2 === 0 ? 1.4 : 0.7
      row.ttft *= factor
      row.itl *= factor
      row.e2e *= factor
    })
    const {isAccepted, scenario} = await calibrate(noise)
    expect(isAccepted).toBe(false)
    expect(scenario).toEqual(defaultScenario())
  })

  it('needs requests that are paired', async () => {
    const run: MeasuredRun = {...measuredOf(asIs, 0), requests: requestsOf([emptyRow()])}
    const fitted = await fitCalibration({scenario: defaultScenario(), measured: run, simulated: asIs, replay})
    expect(fitted.ok || fitted.error.message).toContain('at least 20')
  })
})
