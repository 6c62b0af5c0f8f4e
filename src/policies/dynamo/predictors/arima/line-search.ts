/**
 * Step length along a descent direction by Moré and Thuente (ACM TOMS 20, 1994), with the settings L-BFGS-B gives
 * it. It is followed step by step because the reference stops its optimiser early: where it stops depends on
 * every step.
 */
export interface LineSearchPoint {
  readonly value: number
  /** Derivative along the direction. */
  readonly slope: number
}

const SUFFICIENT_DECREASE = 1e-3
const CURVATURE = 0.9
const RELATIVE_WIDTH = 0.1
const MAX_STEP = 1e10
const MAX_EVALUATIONS = 20

/** One end of the interval of uncertainty. */
interface End {
  step: number
  value: number
  slope: number
}

/**
 * Searches from step 0. `evaluate` must leave its last argument's point as the current one.
 * @returns the accepted step, or null if none was found within 20 evaluations or the direction ascends
 */
export function searchStep(
  start: LineSearchPoint,
  firstStep: number,
  evaluate: (step: number) => LineSearchPoint,
): number | null {
  if (start.slope >= 0) return null
  const search = new Search(start, firstStep)
  let step = firstStep
  for (let evaluation = 0; evaluation < MAX_EVALUATIONS; evaluation++) {
    const point = evaluate(step)
    if (search.isDone(step, point)) return step
    step = search.nextStep(step, point)
  }
  return null
}

class Search {
  readonly #start: LineSearchPoint
  readonly #decrease: number
  readonly #best: End
  readonly #other: End
  #isBracketed = false
  #isFirstStage = true
  #width = MAX_STEP
  #previousWidth = 2 * MAX_STEP
  #min = 0
  #max: number

  constructor(start: LineSearchPoint, firstStep: number) {
    this.#start = start
    this.#decrease = SUFFICIENT_DECREASE * start.slope
    this.#best = {step: 0, ...start}
    this.#other = {step: 0, ...start}
    this.#max = firstStep + 4 * firstStep
  }

  isDone(step: number, {value, slope}: LineSearchPoint): boolean {
    const limit = this.#start.value + step * this.#decrease
    if (this.#isFirstStage && value <= limit && slope >= 0) this.#isFirstStage = false
    if (this.#isBracketed && this.#isExhausted(step)) return true
    if (step === MAX_STEP && value <= limit && slope <= this.#decrease) return true
    if (step === 0 && (value > limit || slope >= this.#decrease)) return true
    return value <= limit && Math.abs(slope) <= CURVATURE * -this.#start.slope
  }

  nextStep(step: number, point: LineSearchPoint): number {
    const limit = this.#start.value + step * this.#decrease
    let next: number
    if (this.#isFirstStage && point.value <= this.#best.value && point.value > limit) {
      next = this.#stepOnModifiedFunction(step, point)
    } else {
      next = this.#step(step, point)
    }
    if (this.#isBracketed) {
      const width = Math.abs(this.#other.step - this.#best.step)
      if (width >= 0.66 * this.#previousWidth) {
        next = this.#best.step + 0.5 * (this.#other.step - this.#best.step)
      }
      this.#previousWidth = this.#width
      this.#width = width
      this.#min = Math.min(this.#best.step, this.#other.step)
      this.#max = Math.max(this.#best.step, this.#other.step)
    } else {
      this.#min = next + 1.1 * (next - this.#best.step)
      this.#max = next + 4 * (next - this.#best.step)
    }
    next = Math.min(MAX_STEP, Math.max(0, next))
    return this.#isBracketed && this.#isExhausted(next) ? this.#best.step : next
  }

  #isExhausted(step: number): boolean {
    const isOutside = step <= this.#min || step >= this.#max
    return isOutside || this.#max - this.#min <= RELATIVE_WIDTH * this.#max
  }

  /** Until a point with enough decrease and a rising slope is found, the decrease itself is subtracted. */
  #stepOnModifiedFunction(step: number, point: LineSearchPoint): number {
    const shift = (end: End, sign: number) => {
      end.value += sign * end.step * this.#decrease
      end.slope += sign * this.#decrease
    }
    shift(this.#best, -1)
    shift(this.#other, -1)
    const next = this.#step(step, {
      value: point.value - step * this.#decrease,
      slope: point.slope - this.#decrease,
    })
    shift(this.#best, 1)
    shift(this.#other, 1)
    return next
  }

  /** A safeguarded cubic or quadratic step, and the new interval. */
  #step(step: number, {value, slope}: LineSearchPoint): number {
    const best = this.#best
    const other = this.#other
    const turns = slope * (best.slope / Math.abs(best.slope)) < 0
    const next = this.#proposeStep(step, {value, slope}, turns)
    if (value > best.value) {
      Object.assign(other, {step, value, slope})
    } else {
      if (turns) Object.assign(other, best)
      Object.assign(best, {step, value, slope})
    }
    return next
  }

  #proposeStep(step: number, point: LineSearchPoint, turns: boolean): number {
    if (point.value > this.#best.value) return this.#proposeAfterRise(step, point)
    if (turns) return this.#proposeAfterTurn(step, point)
    if (Math.abs(point.slope) < Math.abs(this.#best.slope)) return this.#proposeAfterFlattening(step, point)
    return this.#proposeAfterFall(step, point)
  }

  #proposeAfterRise(step: number, {value, slope}: LineSearchPoint): number {
    const best = this.#best
    const {theta, gamma: root} = cubic(best, {step, value, slope})
    const gamma = step < best.step ? -root : root
    const ratio = (gamma - best.slope + theta) / (gamma - best.slope + gamma + slope)
    const byCubic = best.step + ratio * (step - best.step)
    const secant = (best.value - value) / (step - best.step) + best.slope
    const byQuadratic = best.step + (best.slope / secant / 2) * (step - best.step)
    this.#isBracketed = true
    if (Math.abs(byCubic - best.step) < Math.abs(byQuadratic - best.step)) return byCubic
    return byCubic + (byQuadratic - byCubic) / 2
  }

  #proposeAfterTurn(step: number, {value, slope}: LineSearchPoint): number {
    const best = this.#best
    const {theta, gamma: root} = cubic(best, {step, value, slope})
    const gamma = step > best.step ? -root : root
    const ratio = (gamma - slope + theta) / (gamma - slope + gamma + best.slope)
    const byCubic = step + ratio * (best.step - step)
    const byQuadratic = step + (slope / (slope - best.slope)) * (best.step - step)
    this.#isBracketed = true
    return Math.abs(byCubic - step) > Math.abs(byQuadratic - step) ? byCubic : byQuadratic
  }

  #proposeAfterFlattening(step: number, {value, slope}: LineSearchPoint): number {
    const best = this.#best
    const {theta, gamma: root} = cubic(best, {step, value, slope})
    const gamma = step > best.step ? -root : root
    const ratio = (gamma - slope + theta) / (gamma + (best.slope - slope) + gamma)
    let byCubic: number
    if (ratio < 0 && gamma !== 0) byCubic = step + ratio * (best.step - step)
    else byCubic = step > best.step ? this.#max : this.#min
    const byQuadratic = step + (slope / (slope - best.slope)) * (best.step - step)
    const isCubicCloser = Math.abs(byCubic - step) < Math.abs(byQuadratic - step)
    if (!this.#isBracketed) {
      const farther = Math.abs(byCubic - step) > Math.abs(byQuadratic - step) ? byCubic : byQuadratic
      return Math.max(this.#min, Math.min(this.#max, farther))
    }
    const closer = isCubicCloser ? byCubic : byQuadratic
    const bound = step + 0.66 * (this.#other.step - step)
    return step > best.step ? Math.min(bound, closer) : Math.max(bound, closer)
  }

  #proposeAfterFall(step: number, {value, slope}: LineSearchPoint): number {
    if (!this.#isBracketed) return step > this.#best.step ? this.#max : this.#min
    const other = this.#other
    const theta = (3 * (value - other.value)) / (other.step - step) + other.slope + slope
    const scale = Math.max(Math.abs(theta), Math.abs(other.slope), Math.abs(slope))
    const root = scale * Math.sqrt((theta / scale) ** 2 - (other.slope / scale) * (slope / scale))
    const gamma = step > other.step ? -root : root
    const ratio = (gamma - slope + theta) / (gamma - slope + gamma + other.slope)
    return step + ratio * (other.step - step)
  }
}

/** Coefficients of the cubic through two points with given slopes. */
function cubic(best: End, trial: End): {theta: number; gamma: number} {
  const theta = (3 * (best.value - trial.value)) / (trial.step - best.step) + best.slope + trial.slope
  const scale = Math.max(Math.abs(theta), Math.abs(best.slope), Math.abs(trial.slope))
  const square = (theta / scale) ** 2 - (best.slope / scale) * (trial.slope / scale)
  return {theta, gamma: scale * Math.sqrt(Math.max(0, square))}
}
