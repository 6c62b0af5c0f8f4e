import type {Workload} from '../trace/workload.ts'
import type {InstanceRecord, RequestColumns} from './record/record.ts'

interface DrainingInstance {
  readonly record: InstanceRecord
}

/**
 * How long an instance that was told to stop may go on with its requests, as `terminationGracePeriodSeconds` of a pod. At the end of
 * the pass in which its time runs out it is ended. What it still had is sent again as Dynamo's frontend migrates requests: through the
 * router, with the tokens generated so far as part of the prompt, and so many fewer to come. The references know no such limit.
 */
export class DrainLimit<Instance extends DrainingInstance> {
  readonly #limitMs: number
  #draining: readonly Instance[] = []

  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  /** Those that drain now, by number; some of them may be gone since. */
  get draining(): readonly Instance[] {
    return this.#draining
  }

  watch(draining: readonly Instance[]): void {
    this.#draining = draining
  }

  isOver({record}: Instance, nowMs: number): boolean {
    return record.drainMs !== null && record.exitMs === null && nowMs >= this.#endMs(record)
  }

  /** When the first of those that an `isConcerned` instance is among runs out of time; Infinity where none does. */
  nextEndMs(isConcerned: (instance: Instance) => boolean): number {
    let next = Number.POSITIVE_INFINITY
    for (const instance of this.#draining) {
      if (instance.record.exitMs === null && isConcerned(instance)) {
        next = Math.min(next, this.#endMs(instance.record))
      }
    }
    return next
  }

  /**
   * Up to when nobody is sent what an ended instance had. One whose time is over has but the pass under way.
   * @param nextEventMs of all that is known to come
   */
  horizonMs(nowMs: number, nextEventMs: number): number {
    let horizon = Number.POSITIVE_INFINITY
    for (const {record} of this.#draining) {
      if (record.exitMs !== null) continue
      const endMs = this.#endMs(record)
      horizon = Math.min(horizon, endMs > nowMs ? endMs : nextEventMs)
    }
    return horizon
  }

  #endMs({drainMs}: InstanceRecord): number {
    return drainMs! + this.#limitMs
  }
}

/** The workload of a run that may send requests again: their lengths are then other ones. */
export function withOwnLengths(workload: Workload): Workload {
  const {inputLength, outputLength} = workload
  return {
    ...workload,
    inputLength: inputLength.slice(),
    outputLength: outputLength.slice(),
    hashedLength: inputLength,
  }
}

/** What a request has emitted becomes part of its prompt. */
export function applyEmitted(workload: Workload, requests: RequestColumns, request: number): void {
  const emitted = requests.emittedTokens[request]!
  workload.inputLength[request] = requests.inputLength[request]! + emitted
  workload.outputLength[request] = requests.outputLength[request]! - emitted
}
