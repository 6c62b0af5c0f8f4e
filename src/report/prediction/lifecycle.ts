import type {PoolName} from '../../config/scenario.ts'
import type {JsonObject} from '../../core/is-object.ts'
import type {EngineRecord, InstanceRecord} from '../../engine/record/record.ts'

interface Transition {
  readonly atMs: number
  readonly instance: InstanceRecord
  readonly to: 'starting' | 'active' | 'draining' | 'removed'
  readonly from: 'starting' | 'active' | 'draining' | null
}

const NAMES = {
  starting: 'worker_starting',
  active: 'worker_ready',
  draining: 'worker_draining',
  removed: 'worker_removed',
} as const

/** Starts, drains and removals of instances after the run began, in the reference's words: one entry per cause. */
export function lifecycleOperations({workers}: EngineRecord, tickMs: readonly number[]): JsonObject[] {
  const operations: JsonObject[] = []
  // The decision that an instance's coming or going goes back to.
  const origins = new Map<InstanceRecord, number>()
  for (const batch of batches(workers.flatMap(transitionsOf))) {
    const [{atMs, instance}] = batch as [Transition]
    const tick = tickMs.indexOf(atMs)
    const cause = causeOf(batch, tick >= 0)
    const ordinal = operations.length
    const isDecided = cause === 'planner_scale'
    if (isDecided) for (const one of batch) if (one.to !== 'removed') origins.set(one.instance, ordinal)
    operations.push({
      operation_ordinal: ordinal,
      origin_operation_ordinal: isDecided ? null : (origins.get(instance) ?? null),
      at_ms: atMs,
      pool: instance.component,
      cause,
      planner_tick_ordinal: isDecided ? tick : null,
      transitions: batch.map(({instance: one, to, from}) => ({
        worker_id: one.id,
        transition: NAMES[to],
        prior_state: from,
        state: to,
        origin_operation_ordinal: origins.get(one) ?? null,
      })),
      state_after_batch: stateAt(workers, instance.component, atMs),
    })
  }
  return operations
}

function transitionsOf(instance: InstanceRecord): Transition[] {
  const {requestedMs, readyMs, drainMs, exitMs} = instance
  if (requestedMs === 0 && readyMs === 0 && drainMs === null) return []
  const isStarted = readyMs !== null && readyMs > requestedMs
  const found: (Transition | null)[] = [
    requestedMs === 0
      ? null
      : {atMs: requestedMs, instance, to: readyMs === requestedMs ? 'active' : 'starting', from: null},
    isStarted && requestedMs > 0 ? {atMs: readyMs, instance, to: 'active', from: 'starting'} : null,
    drainMs === null || readyMs === null ? null : {atMs: drainMs, instance, to: 'draining', from: 'active'},
    drainMs === null || exitMs === null
      ? null
      : {atMs: exitMs, instance, to: 'removed', from: readyMs === null ? 'starting' : 'draining'},
  ]
  return found.filter(each => each !== null)
}

/** By time, then pool in the order requests pass them, then what the fleet does by itself before what it is told. */
function batches(transitions: readonly Transition[]): Transition[][] {
  const isOwn = ({to, from}: Transition) => to === 'active' && from === 'starting'
  const sorted = transitions
    .map((transition, i) => ({transition, i}))
    .sort(
      (a, b) =>
        a.transition.atMs - b.transition.atMs ||
        Number(isOwn(b.transition)) - Number(isOwn(a.transition)) ||
        orderOf(a.transition) - orderOf(b.transition) ||
        a.i - b.i,
    )
  const found: Transition[][] = []
  let last: Transition | null = null
  for (const {transition} of sorted) {
    const isSame =
      last !== null &&
      last.atMs === transition.atMs &&
      isOwn(last) === isOwn(transition) &&
      last.instance.component === transition.instance.component
    if (isSame) found[found.length - 1]!.push(transition)
    else found.push([transition])
    last = transition
  }
  return found
}

function orderOf({instance}: Transition): number {
  return instance.component === 'decode' ? 1 : 0
}

function causeOf(batch: readonly Transition[], isTick: boolean): string {
  const [{to, from}] = batch as [Transition]
  if (to === 'active' && from === 'starting') return 'worker_ready_event'
  return isTick ? 'planner_scale' : 'drain_settlement'
}

function stateAt(workers: readonly InstanceRecord[], pool: PoolName, atMs: number): JsonObject {
  const ids = (is: (instance: InstanceRecord) => boolean) =>
    workers.filter(one => one.component === pool && one.requestedMs <= atMs && is(one)).map(({id}) => id)
  const hasLeft = ({exitMs}: InstanceRecord) => exitMs !== null && exitMs <= atMs
  const isDraining = ({drainMs}: InstanceRecord) => drainMs !== null && drainMs <= atMs
  const isReady = ({readyMs}: InstanceRecord) => readyMs !== null && readyMs <= atMs
  return {
    active: ids(one => isReady(one) && !isDraining(one) && !hasLeft(one)),
    starting: ids(one => !isReady(one) && !isDraining(one) && !hasLeft(one)),
    draining: ids(one => isReady(one) && isDraining(one) && !hasLeft(one)),
  }
}
