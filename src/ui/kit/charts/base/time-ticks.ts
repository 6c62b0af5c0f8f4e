import type {Span} from './time-axis.svelte.ts'

/** Steps a clock is read in; decimal ticks such as 500 s would have to be divided by 60 in the head. */
const STEPS_S = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400,
]

/** Round clock positions within the view, at most about `maxCount`. */
export function timeTicks([from, to]: Span, maxCount: number): number[] {
  const span = to - from
  const fitting = STEPS_S.find(step => span / step <= maxCount)
  const step = fitting ?? Math.ceil(span / maxCount / 86400) * 86400
  const ticks: number[] = []
  // `+ 0` turns -0 into 0.
  for (let i = Math.ceil(from / step - 1e-9) + 0; i * step <= to + step * 1e-9; i++) ticks.push(i * step)
  return ticks
}
