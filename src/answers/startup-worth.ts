import type {Scenario} from '../config/scenario.ts'
import {medianStartS} from '../config/startup/median-start.ts'
import {amount, latency, percent} from '../report/findings/words.ts'
import type {CurvePoint} from '../sweep/curves.ts'

/**
 * What half the start-up time would be worth: of the scenario's own, or of the longest that was swept.
 * @param points of the curve of medians
 * @param pricePerGpuHour in any currency; null = nobody said
 */
export function describeHalving(
  points: readonly CurvePoint[],
  base: Scenario,
  pricePerGpuHour: number | null,
): string | null {
  const at = (x: number) => points.find(point => point.x === x)?.row ?? null
  const own = medianStartS(base)
  const from = own > 0 && at(own) !== null ? own : (points.at(-1)?.x ?? 0)
  const [before, after] = [at(from), at(from / 2)]
  if (from <= 0 || before === null || after === null) return null
  const saved = before.gpu_hours - after.gpu_hours
  const cost =
    Math.abs(saved) < 0.005
      ? 'leave GPU-hours as they are'
      : `${saved > 0 ? 'save' : 'cost'} ${amount(Math.abs(saved))} GPU-hours (${percent(Math.abs(saved) / before.gpu_hours)}${money(Math.abs(saved), pricePerGpuHour)})`
  const shares = [before.sla_attainment, after.sla_attainment].flatMap(share => share ?? []).map(percent)
  const attainment =
    shares.length < 2 ? [] : [change('the share that meets the objective', shares[0]!, shares[1]!)]
  const p90 = change('p90 TTFT', latency(before.p90_ttft_ms), latency(after.p90_ttft_ms))
  const worth = [cost, ...attainment].join(', ')
  return `Halving start-up from ${from} to ${from / 2} s would ${worth} and ${p90}.`
}

function change(what: string, before: string, after: string): string {
  return before === after ? `leave ${what} at ${before}` : `move ${what} from ${before} to ${after}`
}

function money(hours: number, pricePerGpuHour: number | null): string {
  return pricePerGpuHour === null
    ? ''
    : `, ${amount(hours * pricePerGpuHour)} at ${amount(pricePerGpuHour)} per GPU-hour`
}
