import type {Cure} from '../report/findings/finding.ts'
import {amount, latency, percent} from '../report/findings/words.ts'
import {REPEAT_WORDS, type RepeatKind} from '../sweep/repeats.ts'

/** `With min_endpoint 3: 71 % meet it, mean TTFT 925 ms, 2.95 GPU-hours; better in 5 of 5 planner phases.` */
export function tellCure({change, figures, won, of}: Cure, kind: RepeatKind): string {
  const what = Object.entries(change)
    .map(([knob, value]) => `${knob.replace(/^planner\./, '')} ${value}`)
    .join(', ')
  const parts = [
    figures.sla_attainment === undefined
      ? null
      : `${percent(figures.sla_attainment)} of requests meet the objective`,
    figures.mean_ttft_ms === undefined ? null : `mean TTFT ${latency(figures.mean_ttft_ms)}`,
    figures.gpu_hours === undefined ? null : `${amount(figures.gpu_hours)} GPU-hours`,
  ].filter(part => part !== null)
  const where = of === 1 ? 'in the one run tried' : `in ${won} of ${of} ${REPEAT_WORDS[kind]}`
  return `Tried: with ${what}, ${parts.join(', ')}; better ${where}.`
}
