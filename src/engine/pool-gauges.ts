import type {ForwardPasses, InstanceGauges, InstanceState, PoolObservation} from './observation.ts'

/** What gauges are read from; instances of every generation are such. */
export interface GaugedInstance {
  readonly id: number
  readonly state: InstanceState
  readonly isBusy: boolean
  /** Outcome of the pass under way. */
  readonly pending: {readonly completedCount: number} | null
  readonly scheduler: {
    readonly waitingRequests: number
    readonly runningRequests: number
    readonly residentRequests: number
    readonly kvShare: number
  }
}

/** Where the forward passes are kept until somebody reads them. */
interface PassSource {
  inExecutionOrder(): ForwardPasses
}

/** What may be seen of one pool between two events. Only the counts of instances are taken at once. */
export class PoolGauges implements PoolObservation {
  readonly activeCount: number
  readonly totalCount: number
  readonly startingCount: number
  readonly drainingCount: number
  readonly routerQueue: number
  readonly #instances: readonly GaugedInstance[]
  readonly #buffer: PassSource
  #passes: ForwardPasses | null = null

  constructor(instances: readonly GaugedInstance[], routerQueue: number, passes: PassSource) {
    this.#instances = instances
    this.activeCount = countIn(instances, 'active')
    this.startingCount = countIn(instances, 'starting')
    this.drainingCount = countIn(instances, 'draining')
    this.totalCount = instances.length
    this.routerQueue = routerQueue
    this.#buffer = passes
  }

  get passes(): ForwardPasses {
    this.#passes ??= this.#buffer.inExecutionOrder()
    return this.#passes
  }

  get waitingRequests(): number {
    return sumOf(this.#instances, waitingOn)
  }

  get runningRequests(): number {
    return sumOf(this.#instances, runningOn)
  }

  get residentRequests(): number {
    return sumOf(this.#instances, residentOn)
  }

  get kvShare(): number {
    const active = this.#instances.filter(({state}) => state === 'active')
    return active.length === 0 ? 0 : sumOf(active, ({scheduler}) => scheduler.kvShare) / active.length
  }

  instances(): readonly InstanceGauges[] {
    return this.#instances.map(instance => ({
      id: instance.id,
      state: instance.state,
      waiting: waitingOn(instance),
      running: runningOn(instance),
      resident: residentOn(instance),
      kvShare: instance.scheduler.kvShare,
    }))
  }
}

function waitingOn({scheduler}: GaugedInstance): number {
  return scheduler.waitingRequests
}

function runningOn(instance: GaugedInstance): number {
  return instance.scheduler.runningRequests + finishingOn(instance)
}

function residentOn(instance: GaugedInstance): number {
  return instance.scheduler.residentRequests + finishingOn(instance)
}

/** A scheduler forgets a request at the start of its last pass; users and metrics see it until the end of that. */
function finishingOn({isBusy, pending}: GaugedInstance): number {
  return isBusy && pending !== null ? pending.completedCount : 0
}

function countIn(instances: readonly GaugedInstance[], wanted: InstanceState): number {
  let count = 0
  for (const {state} of instances) if (state === wanted) count++
  return count
}

function sumOf(instances: readonly GaugedInstance[], gauge: (instance: GaugedInstance) => number): number {
  let sum = 0
  for (const instance of instances) sum += gauge(instance)
  return sum
}
