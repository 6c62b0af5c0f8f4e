import type {EngineArgs, Fleet, PoolName, PoolSpec} from '../../config/scenario.ts'
import {empty} from '../../core/empty.ts'
import {RunError} from '../../core/result.ts'
import {type Ms, ms} from '../../core/units.ts'
import type {PerfModel} from '../../perf/perf-model.ts'
import type {Workload} from '../../trace/workload.ts'
import {Arrivals} from '../arrivals.ts'
import {applyEmitted, DrainLimit, withOwnLengths} from '../drain-limit.ts'
import {FleetGauges} from '../fleet-gauges.ts'
import type {EngineObservation, PoolObservation, ReplayEngine, TrafficWindow} from '../observation.ts'
import {PoolGauges} from '../pool-gauges.ts'
import {computePrompts, type Prompts, slotPrompts} from '../prompts.ts'
import type {ReadyInstances} from '../ready-instances.ts'
import type {FirstTokenCounts} from '../record/first-tokens.ts'
import type {GapOrder} from '../record/gap-order.ts'
import {LoadRecorder} from '../record/instance-loads.ts'
import {type EngineGlance, glanceAt, livesOf, recordedLives} from '../record/lives.ts'
import type {EngineRecord} from '../record/record.ts'
import {BlockHolders} from '../routing/block-holders.ts'
import {createRouter, type RouterOptions} from '../routing/create-router.ts'
import type {Placement} from '../routing/kv-router.ts'
import {PrefillLoad16} from '../routing/prefill-load-1.6.ts'
import type {PassObserver, PlannedPasses} from '../scheduler.ts'
import {COMPLETED, FIRST_TOKEN, type PassOutcome16, type Scheduler16} from '../scheduler-1.6.ts'
import type {StartupModel} from '../startup-model.ts'
import {StreamedArrivals} from '../stream/streamed-arrivals.ts'
import type {StreamedRequests} from '../stream/streamed-requests.ts'
import {StreamedSessions} from '../stream/streamed-sessions.ts'
import {fewestInstances} from '../stretch/fewest-instances.ts'
import {LateCompletions} from '../stretch/late-completions.ts'
import {MomentLog} from '../stretch/moment-log.ts'
import {type StopLog, sumOfSpans} from '../stretch/stop-log.ts'
import {Stretches} from '../stretch/stretches.ts'
import {TurnRanks} from '../turn-ranks.ts'
import type {KvEventLog} from '../vllm-1.6/kv-event-log.ts'
import {CappedStreamedRecorder} from './capped-streamed-recorder.ts'
import {EventQueue16, FIRST_MAIN_SUBJECT} from './event-queue.ts'
import {GraphArrivals} from './graph-arrivals.ts'
import {HandOffs} from './hand-offs.ts'
import type {Instance16} from './instance.ts'
import {InstancePool16} from './instance-pool.ts'
import {CappedRecorder, FAILED, OutcomeRecorder, REJECTED} from './outcome-recorder.ts'
import {INSTANCE_READY, PASS_END, TRANSFER_DONE} from './ranked-heap.ts'
import {SessionSlots} from './session-slots.ts'
import {SnapshotBuffer} from './snapshot-buffer.ts'
import {StreamedOutcomeRecorder} from './streamed-outcome-recorder.ts'
import {TrafficWindow16} from './traffic.ts'

export interface SchedulerSetup16 {
  readonly args: EngineArgs
  readonly perf: PerfModel
  readonly workload: Workload
  readonly prompts: Prompts
  readonly observer: PassObserver
  readonly kvEvents: KvEventLog | null
}

export interface ClusterOptions16 extends RouterOptions {
  readonly fleet: Fleet
  readonly workload: Workload
  readonly perfModelFor: (pool: PoolName) => PerfModel
  readonly startupFor: (pool: PoolName, args: EngineArgs) => StartupModel
  readonly createScheduler: (setup: SchedulerSetup16) => Scheduler16
  /** Sessions under way at the most, arrival times being ignored; null = as the trace says. */
  readonly concurrency: number | null
  /** A policy will look at the forward passes; otherwise none are kept. */
  readonly isObserved: boolean
  /** Nothing after this moment happens; Infinity = the run has its end. */
  readonly maxSimTimeMs: number
  /** What instances cache is known to the router so much later. */
  readonly kvEventLagMs: number
  /** Requests wait while no instance serves, as behind an activator, instead of ending the run; absent = they do not. */
  readonly parksRequests?: boolean
  /** Time that draining instances have; absent = as long as their requests take. */
  readonly drainLimitMs?: number | undefined
  /** Instances at the start from which each is advanced alone, or plans its decoding; absent = where it pays. No result depends on it. */
  readonly aloneFrom?: number
  /** No columns over requests are kept, and `workload` is that of its slots; absent = they are. */
  readonly streamed?: StreamedRequests | undefined
}

/**
 * The serving cluster of generation 1.6 as a discrete-event simulation (engine-1.6.md 8, disagg-1.6.md 5). Against 1.2
 * (`cluster.ts`) the events of one instant have an order by kind and instance, the clock stops exactly at a policy's
 * ticks, what a policy sees is the last pass that ended, requests can be rejected, and prompts go from prefill to decode
 * by reservation and transfer.
 */
export class Cluster16 implements ReplayEngine {
  readonly #workload: Workload
  readonly #recorder: OutcomeRecorder
  readonly #firstTokens: FirstTokenCounts
  readonly #traffic = new TrafficWindow16()
  readonly #loads = new LoadRecorder()
  readonly #heap = new EventQueue16()
  readonly #instances = new Map<number, Instance16>()
  readonly #arrivals: Arrivals16
  /** null in aggregated fleets. */
  readonly #prefill: InstancePool16 | null
  /** The pool whose tokens count: aggregated instances or decode instances. */
  readonly #main: InstancePool16
  readonly #handOffs: HandOffs | null
  readonly #routesByKv: boolean
  /** A completion on one instance can send a request to another. */
  readonly #isCoupled: boolean
  readonly #turns = new TurnRanks()
  readonly #maxSimTimeMs: number
  readonly #parksRequests: boolean
  /** null = instances drain as long as their requests take. */
  readonly #drainLimit: DrainLimit<Instance16> | null
  /** Where requests are, by request: what the coordinator of hand-offs asks, and a draining limit. */
  readonly #prefillOf = new Map<number, Instance16>()
  readonly #decodeOf = new Map<number, Instance16>()
  /** Advances instances one by one, where requests go by turns; null elsewhere. */
  readonly #stretches: Stretches<Instance16> | null
  readonly #lateCompletions = new LateCompletions()
  /** Behind a KV router, and in decode pools, instances plan their decoding. */
  readonly #plansAhead: boolean
  /** Arrivals, and what happens in the prefill pool, which decode instances do not know beforehand; null where none of them plans. */
  readonly #moments: MomentLog | null
  /** Instances with a plan. */
  #planned = 0
  /** null where gaps are told in order. */
  readonly #gapOrder: GapOrder | null
  #now = 0
  /** Up to here the time of instances is counted. */
  #countedMs = 0
  #untilMs = 0
  #isStopped = false
  #finished = 0
  /** Requests that arrived and are not over. */
  #inFlight = 0
  #committedPrefillTokens = 0
  /** Scratch: instances that had their turn in vain. */
  readonly #blocked: Instance16[] = []

  constructor(options: ClusterOptions16) {
    const {concurrency, drainLimitMs} = options
    const workload = drainLimitMs === undefined ? options.workload : withOwnLengths(options.workload)
    this.#drainLimit = drainLimitMs === undefined ? null : new DrainLimit(drainLimitMs)
    this.#workload = workload
    this.#maxSimTimeMs = options.maxSimTimeMs
    this.#parksRequests = options.parksRequests ?? false
    this.#recorder = createRecorder(options, workload)
    this.#firstTokens = this.#recorder.countFirstTokens()
    this.#arrivals = createArrivals(options, workload)
    const {streamed} = options
    const hasSessions =
      streamed === undefined ? workload.sessionCount < workload.requestCount : streamed.source.sessions > 0
    this.#isCoupled = hasSessions || concurrency !== null || workload.graph !== undefined
    this.#routesByKv = options.router !== null
    const pools = this.#createPools(options)
    this.#prefill = pools.prefill
    this.#main = pools.main
    this.#handOffs =
      options.fleet.topology === 'disagg' ? this.#createHandOffs(options.fleet.prefill.args) : null
    const isAlone = this.#canAdvanceAlone(options)
    this.#gapOrder = isAlone ? this.#recorder.keepOrder(atMs => this.#countTo(atMs)) : null
    this.#moments = isAlone && this.#handOffs !== null ? new MomentLog() : null
    this.#plansAhead = isAlone && (this.#routesByKv || this.#handOffs !== null)
    this.#stretches = isAlone && !this.#plansAhead ? this.#createStretches() : null
  }

  get completedRequests(): number {
    return this.#finished
  }

  get nowMs(): number {
    return this.#now
  }

  get notices(): readonly string[] {
    return []
  }

  /** The clock stops exactly at `untilMs`, unless the run is over before. */
  runUntil(untilMs: Ms, maxEvents: number): boolean {
    this.#untilMs = untilMs
    this.#drain()
    for (let events = 0; events < maxEvents; events++) {
      events += this.#advanceAlone()
      if (this.#isOver()) return true
      const next = Math.min(this.#arrivals.nextMs, this.#heap.topTime, this.#idleEndMs())
      if (next === Number.POSITIVE_INFINITY) this.#failIfStuck()
      if (Math.min(next, untilMs) > this.#maxSimTimeMs) {
        this.#isStopped = true
        return true
      }
      if (next > untilMs) {
        this.#moveTo(untilMs)
        this.#settleTime()
        return true
      }
      this.#moveTo(next)
      if (next === untilMs && this.#handOffs !== null) {
        this.#round()
        this.#settleTime()
        return true
      }
      this.#drain()
      if (this.#plansAhead) this.#noteMoment(this.#gapOrder!)
    }
    return false
  }

  /** The clock stops at a policy's ticks by itself. */
  standAt(): void {}

  /** Runs to the end of the workload in steps of about `maxEvents`; true when it is over. */
  runToEnd(maxEvents: number): boolean {
    return this.runUntil(ms(Number.POSITIVE_INFINITY), maxEvents)
  }

  observe(): EngineObservation {
    return {
      nowMs: ms(this.#now),
      isDone: this.#isOver(),
      prefill: this.#prefill?.observe(this.#now) ?? EMPTY_POOL,
      decode: this.#main.observe(this.#now),
      fleet: new FleetGauges(
        {arrived: this.#recorder.arrivedCount, completed: this.completedRequests},
        this.#firstTokens,
        this.#now,
      ),
    }
  }

  applyScaling(target: {readonly prefill: number; readonly decode: number}): void {
    this.#settleTime()
    for (const pool of [this.#prefill, this.#main]) {
      if (pool === null) continue
      pool.applyScaling(pool === this.#prefill ? target.prefill : target.decode, this.#now)
      if (pool.hasActive) this.#handOffs?.poolReady(pool === this.#prefill)
      this.#dispatchAll(pool.drain(this.#now))
    }
    this.#drainLimit?.watch([...(this.#prefill?.draining ?? []), ...this.#main.draining])
  }

  drainTraffic(): TrafficWindow {
    return this.#traffic.drain(this.#now)
  }

  glance(): EngineGlance {
    return glanceAt(livesOf(this.#prefill, this.#main), this.#recorder)
  }

  /** All that was recorded so far. */
  record(): EngineRecord {
    return {
      requests: this.#recorder.recordedRequests(),
      tokenGaps: this.#recorder.tokenGaps(),
      ...recordedLives(livesOf(this.#prefill, this.#main), this.#loads),
      requestEvents: this.#recorder.requestEvents(),
      endMs: this.#now,
      totals: {
        committedPrefillTokens: this.#committedPrefillTokens,
        prefillWorkerSeconds: this.#prefill?.workerSeconds ?? 0,
        decodeWorkerSeconds: this.#main.workerSeconds,
      },
    }
  }

  // --- time ---

  #moveTo(nextMs: number): void {
    if (!this.#plansAhead || this.#areDraining) this.#countTo(nextMs)
    this.#now = nextMs
  }

  /**
   * With plans a moment may lie between stops that are told later: it is counted with them. As long as instances drain there are no plans, and
   * none goes beyond a tick: the time of instances is counted up to now before their number changes.
   */
  #noteMoment(gapOrder: GapOrder): void {
    if (gapOrder.latestMs !== this.#now) gapOrder.begin(this.#now, 0)
    if (!gapOrder.isFull) return
    let knownMs = this.#now
    if (this.#planned > 0)
      for (const {plan} of this.#main.instances)
        if (plan !== null) knownMs = Math.min(knownMs, plan.plannedFromMs)
    gapOrder.flushBefore(knownMs)
    this.#moments?.forgetBefore(knownMs)
  }

  get #areDraining(): boolean {
    return this.#main.draining.length > 0 || (this.#prefill?.draining.length ?? 0) > 0
  }

  #settleTime(): void {
    if (!this.#plansAhead) return
    this.#gapOrder!.flushBefore(Number.POSITIVE_INFINITY)
    this.#countTo(this.#now)
  }

  #countTo(atMs: number): void {
    if (atMs <= this.#countedMs) return
    const seconds = (atMs - this.#countedMs) / 1000
    this.#prefill?.countTime(seconds)
    this.#main.countTime(seconds)
    this.#countedMs = atMs
  }

  #isOver(): boolean {
    if (this.#isStopped) return true
    return (
      this.#inFlight === 0 &&
      this.#arrivals.isDrained &&
      (this.#handOffs?.isIdle ?? true) &&
      !this.#heap.hasOtherThan(INSTANCE_READY)
    )
  }

  /**
   * No event is left and requests are: the reference ends with an error, or, with a policy that looks again and again,
   * not at all. Requests that wait for an instance may still get one from a policy.
   */
  #failIfStuck(): void {
    const waitsForPolicy =
      this.#untilMs < Number.POSITIVE_INFINITY &&
      (this.#handOffs?.areParked || this.#main.queueLength > 0 || (this.#prefill?.queueLength ?? 0) > 0)
    if (waitsForPolicy) return
    const kind = this.#handOffs === null ? 'offline replay detected' : 'offline disagg replay encountered'
    const hasWork = [...this.#instances.values()].some(({scheduler}) => scheduler.hasRequests)
    throw new RunError(
      `replay invariant violated: ${
        hasWork || this.#handOffs === null
          ? `${kind} an effect-free zero-duration pass with`
          : 'offline disagg replay reached a dead end with'
      } ${this.#inFlight} in-flight requests remaining`,
    )
  }

  // --- instances that are advanced alone ---

  #canAdvanceAlone({fleet, router, isObserved, aloneFrom, streamed}: ClusterOptions16): boolean {
    const isDisagg = fleet.topology === 'disagg'
    const kind = {isDisagg, routesByKv: router !== null, isObserved}
    return (
      (isDisagg ? fleet.decode : fleet.workers).initialWorkers >= (aloneFrom ?? fewestInstances(kind)) &&
      // A transfer that a decode instance begins would be another moment that only some of the others know.
      this.#handOffs?.takesTime !== true &&
      !(isDisagg && this.#main.countsQuestions) &&
      streamed === undefined &&
      !this.#isCoupled &&
      this.#maxSimTimeMs === Number.POSITIVE_INFINITY &&
      this.#drainLimit === null
    )
  }

  /** Not while instances drain: their time counts up to the moment at which they go. @returns the turns taken */
  #advanceAlone(): number {
    const pool = this.#main
    if (this.#stretches === null || pool.queueLength > 0 || !pool.hasActive || pool.draining.length > 0)
      return 0
    return this.#stretches.advance(
      pool.instances,
      Math.min(this.#untilMs, this.#heap.nextBesidesMainPassesMs),
    )
  }

  #createStretches(): Stretches<Instance16> {
    return new Stretches<Instance16>(
      {
        begin: () => this.#beginAlone(),
        arrive: (request, atMs) => {
          this.#arrived(request, atMs)
          return this.#main.route(request, atMs)!.instance
        },
        moveTo: (instance, atMs) => {
          this.#now = atMs
          this.#turns.moveAlone(atMs)
          this.#gapOrder!.begin(atMs, this.#turns.now(instance.subject))
          if (instance.isBusy && instance.endMs === atMs) this.#endPass(instance)
        },
        dispatch: (request, instance) => this.#dispatch({request, instance, overlapBlocks: 0}),
        startPasses: () => this.#startPasses(this.#main),
        end: lastMs => {
          if (lastMs > this.#now) this.#now = lastMs
          this.#endAlone()
        },
      },
      this.#arrivals as Arrivals,
      this.#workload.arrivalMs,
    )
  }

  #beginAlone(): void {
    this.#heap.takeMainPassEnds((time, subject) => {
      this.#instances.get(subject)!.endMs = time
    })
    this.#loads.hold()
    this.#recorder.holdEvents()
  }

  #endAlone(): void {
    this.#loads.settle()
    this.#recorder.settleEvents()
    this.#lateCompletions.settle(request => this.#countTraffic(request))
    this.#gapOrder!.flushBefore(Number.POSITIVE_INFINITY)
    for (const {isBusy, endMs, subject} of this.#main.instances)
      if (isBusy) this.#heap.push(endMs, PASS_END, subject)
  }

  // --- one instant (engine-1.6.md 8.2, disagg-1.6.md 5) ---

  #drain(): void {
    while (this.#round());
  }

  /**
   * True if anything came of it. A tick of disaggregated fleets falls into the first round of its moment: what arrives at
   * that very moment is counted, and sent to an instance only after it.
   */
  #round(): boolean {
    this.#turns.nextRound(this.#now)
    if (this.#moments !== null && this.#arrivals.nextMs <= this.#now) this.#moments.note(this.#now)
    let changed = this.#applyDueEvents()
    if (this.#endIdleAtLimit()) changed = true
    if (this.#handOffs?.runPending()) changed = true
    if (this.#releaseArrivals()) changed = true
    if (this.#prefill !== null && this.#startPasses(this.#prefill)) changed = true
    if (this.#moments !== null && this.#turns.isFirstRound && this.#handOffs!.arePending)
      this.#moments.hold(this.#now)
    if (this.#startPasses(this.#main)) changed = true
    if (this.#prefill?.removeDrained(this.#now)) changed = true
    if (this.#main.removeDrained(this.#now)) changed = true
    return changed
  }

  #applyDueEvents(): boolean {
    const heap = this.#heap
    const now = this.#now
    if (heap.topTime !== now) return false
    while (heap.isDue(PASS_END, now)) {
      const instance = this.#instances.get(heap.pop())!
      if (this.#moments !== null) this.#noteEvent(this.#moments, instance)
      this.#endPass(instance)
    }
    if (this.#moments !== null && heap.nextBesidesMainPassesMs === now) this.#moments.note(now)
    while (heap.isDue(INSTANCE_READY, now)) this.#instanceReady(this.#instances.get(heap.pop()))
    while (heap.isDue(TRANSFER_DONE, now)) this.#handOffs!.transferred(heap.pop())
    return true
  }

  /** Ends of prefill passes come first in a moment, those of decode passes next. */
  #noteEvent(moments: MomentLog, {component, pendingStartMs}: Instance16): void {
    if (component === 'prefill') moments.note(this.#now, pendingStartMs)
    else if (this.#heap.nextBesidesMainPassesMs === this.#now) moments.note(this.#now)
  }

  /** Those whose start was cancelled are gone. */
  #instanceReady(instance: Instance16 | undefined): void {
    if (instance === undefined) return
    const pool = this.#poolOf(instance)
    pool.activate(instance, this.#now)
    this.#dispatchAll(pool.drain(this.#now))
    this.#handOffs?.poolReady(pool === this.#prefill)
  }

  #releaseArrivals(): boolean {
    const arrivals = this.#arrivals
    let released = false
    for (let time = arrivals.nextMs; time <= this.#now; time = arrivals.nextMs) {
      const request = arrivals.pop()
      this.#arrived(request, time)
      released = true
      if (this.#handOffs !== null) this.#handOffs.start(request)
      else this.#placeOrPark(request)
    }
    return released
  }

  #arrived(request: number, atMs: number): void {
    this.#recorder.arrived(request, atMs)
    this.#traffic.arrived()
    this.#inFlight++
  }

  /** In an aggregated fleet. */
  #placeOrPark(request: number): void {
    if (this.#place(this.#main, request)) return
    if (this.#parksRequests) this.#main.park(request)
    else throw new RunError('placement policy error: no active workers for round-robin placement')
  }

  /** False when the pool has no instance to send it to. */
  #place(pool: InstancePool16, request: number): boolean {
    if (!pool.hasActive) return false
    const placement = pool.route(request, this.#now)
    if (placement !== null) this.#dispatch(placement)
    // What waits in the router can go anywhere.
    else if (this.#planned > 0)
      for (const instance of pool.instances) if (instance.plan !== null) this.#cutPlan(instance)
    return true
  }

  #dispatchAll(placements: readonly Placement<Instance16>[] | undefined): void {
    if (placements !== undefined) for (const placement of placements) this.#dispatch(placement)
  }

  #dispatch({request, instance, overlapBlocks}: Placement<Instance16>): void {
    const pool = this.#poolOf(instance)
    const isMain = pool === this.#main
    const {workerId, prefillWorkerId} = this.#recorder.columns
    if (isMain) workerId[request] = instance.id
    else prefillWorkerId[request] = instance.id
    if (this.#routesByKv && pool === (this.#prefill ?? this.#main)) {
      const blocks = Math.ceil(this.#workload.inputLength[request]! / pool.args.block_size)
      this.#traffic.routed(overlapBlocks, blocks)
    }
    if (instance.plan !== null) this.#cutPlan(instance)
    const output = this.#workload.outputLength[request]!
    if (this.#handOffs === null) {
      if (this.#drainLimit !== null) this.#decodeOf.set(request, instance)
      instance.scheduler.receive(request, output)
    } else if (isMain) {
      this.#decodeOf.set(request, instance)
      this.#handOffs.accept(request, instance)
    } else {
      this.#prefillOf.set(request, instance)
      instance.scheduler.receive(request, Math.min(output, 1))
    }
    pool.ready.addIfReady(instance)
  }

  /**
   * Lowest idle instance first; after a pass of no duration the lowest gets its turn again. Those that could do nothing
   * are tried again then, too, and at every other moment at which anything happens.
   */
  #startPasses({ready}: InstancePool16): boolean {
    const blocked = this.#blocked
    let achieved = false
    while (!ready.isEmpty) {
      const instance = ready.takeLowest()
      // What it had waiting was cancelled.
      if (!instance.scheduler.hasRequests) continue
      const effect = this.#startPass(instance)
      if (effect === NOTHING) {
        blocked.push(instance)
        continue
      }
      achieved = true
      if (effect === UNDER_WAY) continue
      ready.addIfReady(instance)
      this.#readyAgain(ready)
    }
    this.#readyAgain(ready)
    return achieved
  }

  #readyAgain(ready: ReadyInstances<Instance16>): void {
    for (const instance of this.#blocked) ready.addIfReady(instance)
    empty(this.#blocked)
  }

  #startPass(instance: Instance16): number {
    const rank = this.#turns.now(instance.subject)
    if (this.#stretches?.isUnderWay) this.#runThrough(instance, rank, this.#stretches.stops)
    else if (instance.component !== 'prefill') this.#gapOrder?.begin(this.#now, rank)
    const now = this.#now
    if (this.#runAhead(instance, rank)) return UNDER_WAY
    const {scheduler, record} = instance
    const outcome = scheduler.executePass(now)
    if (outcome.endMs === now && !outcome.hadEffect) return NOTHING
    record.passes++
    record.busyMs += outcome.endMs - now
    const queued = outcome.numQueuedPrefill + outcome.numQueuedDecode
    this.#loads.passes(instance.load, rank, now, outcome.endMs, queued, scheduler.kvShare)
    if (outcome.endMs === now) {
      this.#applyOutcome(instance, now, outcome)
      return ENDED
    }
    this.#occupyUntil(instance, outcome.endMs, outcome)
    return UNDER_WAY
  }

  /** An instance that is alone runs through the stops at which nothing reaches it: its clock stands at the next one then. */
  #runThrough(instance: Instance16, rank: number, stops: StopLog): void {
    const {scheduler, record, load} = instance
    if (scheduler.runThrough === undefined || record.passes < instance.slowPasses) return
    stops.begin(this.#now, rank, this.#untilMs)
    while (scheduler.runThrough(stops)) {
      const {outcome} = scheduler
      record.passes += stops.passes
      record.busyMs = sumOfSpans(record.busyMs, stops)
      const queued = outcome.numQueuedPrefill + outcome.numQueuedDecode
      this.#loads.stops(load, stops, queued, scheduler.kvShare)
      this.#traffic.decodeTokens += outcome.decodeTokens
      instance.latest?.passEnded(scheduler.lastSteadyStartMs, stops.nowMs, outcome)
      stops.clear()
    }
    if (stops.nowMs === this.#now) return
    this.#now = stops.nowMs
    this.#turns.moveAlone(this.#now)
  }

  /**
   * Lets an instance run passes that only decode on its own clock, up to the first moment at which anything else could
   * reach it. Other instances cannot see the difference, since such passes change nothing but their own requests' tokens.
   */
  #runAhead(instance: Instance16, rank: number): boolean {
    // Of requests that do not finish before the last moment nothing may be recorded.
    if (this.#maxSimTimeMs < Number.POSITIVE_INFINITY) return false
    const {scheduler, record} = instance
    if (record.passes < instance.slowPasses) return false
    const horizonMs = this.#horizonMs()
    const plan = this.#planAhead(instance, rank)
    if (instance.plan !== null) return true
    const end = plan?.plannedToMs ?? scheduler.runSteadyPasses(this.#now, horizonMs)
    if (end === this.#now) return false
    const {outcome} = scheduler
    record.passes += scheduler.steadyPasses
    record.busyMs += end - this.#now
    const queued = outcome.numQueuedPrefill + outcome.numQueuedDecode
    this.#loads.passes(instance.load, rank, this.#now, end, queued, scheduler.kvShare)
    if (end >= horizonMs || outcome.signals.length > 0) {
      // A single pass, of which nothing may be known before it ends.
      this.#occupyUntil(instance, end, outcome)
      return true
    }
    this.#traffic.decodeTokens += outcome.decodeTokens
    instance.latest?.passEnded(scheduler.lastSteadyStartMs, end, outcome)
    this.#occupyUntil(instance, end, null)
    return true
  }

  /**
   * The same past moments at which only other instances are reached (as in 1.2's loop). What comes of it is told when the plan is over or
   * cut: whoever arrives here, or waits for any instance, cuts it. It ends before a tick, before an instance comes to serve, and before the
   * load's bins widen, since the order of events matters there.
   * @returns null if there is nothing to plan; a plan of a single stop is told of
   */
  #planAhead(instance: Instance16, rank: number): PlannedPasses | null {
    const {scheduler} = instance
    if (!this.#plansAhead || this.#main.queueLength > 0 || this.#areDraining) return null
    if (instance.component === 'prefill' || this.#handOffs?.arePending === true) return null
    const untilMs = this.#untilMs
    const {fullMs} = this.#loads
    const isLate = this.#moments !== null
    const boundMs = isLate ? fullMs : Math.min(untilMs, this.#heap.nextBesidesMainPassesMs, fullMs)
    const upcoming = isLate ? null : (this.#arrivals as Arrivals).upcoming
    const plan = scheduler.planSteadyPasses?.(this.#now, {upcoming, untilMs, boundMs}) ?? null
    if (plan === null) return null
    if (plan.stops === 1) {
      plan.tell(1, rank, null)
      return plan
    }
    instance.plan = plan
    instance.planRank = rank
    this.#planned++
    this.#occupyUntil(instance, plan.plannedToMs, null)
    return plan
  }

  /** It is over, or something reaches the instance: of its plan only the pass under way is left. @returns when that ends */
  #endPlan(instance: Instance16, plan: PlannedPasses): number {
    instance.plan = null
    this.#planned--
    if (this.#moments !== null) plan.findStops(this.#moments, this.#now, this.#knownHorizonMs)
    const stops = plan.stopsUntil(this.#now)
    const {record, load, scheduler, planRank} = instance
    const laterRank = TurnRanks.inFirstRound(instance.subject)
    this.#gapOrder!.begin(plan.plannedFromMs, planRank)
    plan.tell(stops, laterRank, null)
    const {outcome, kvShare} = scheduler
    const queued = outcome.numQueuedPrefill + outcome.numQueuedDecode
    record.passes += plan.passes
    const told = {fromMs: plan.plannedFromMs, atMs: plan.stopsMs, count: stops}
    const endMs = told.atMs[stops - 1]!
    record.busyMs = sumOfSpans(record.busyMs, told)
    this.#loads.planned(load, {first: planRank, later: laterRank}, told, queued, kvShare)
    this.#traffic.decodeTokens += outcome.decodeTokens
    instance.latest?.passEnded(plan.lastStartMs, endMs, outcome)
    return endMs
  }

  /** What a decode instance that had its turn at an earlier moment knew to come next: passes that began later it did not know. */
  readonly #knownHorizonMs = (ms: number): number => {
    const isKnown = (subject: number) => this.#instances.get(subject)!.pendingStartMs <= ms
    return Math.min(this.#arrivals.nextMs, this.#heap.nextBesidesMainPassesOf(isKnown))
  }

  /** Something reaches the instance. */
  #cutPlan(instance: Instance16): void {
    const endMs = this.#endPlan(instance, instance.plan!)
    if (endMs > this.#now) this.#heap.bringMainPassEndForward(endMs, instance.subject)
    else {
      this.#heap.removeMainPassEnd(instance.subject)
      this.#endPass(instance)
    }
  }

  #horizonMs(): number {
    if (this.#stretches?.isUnderWay)
      return Math.min(this.#stretches.stops.nextArrivalMs(this.#now), this.#untilMs)
    if (this.#handOffs?.arePending) return this.#now
    const toLimit = this.#drainLimit?.horizonMs(this.#now, this.#heap.topTime) ?? Number.POSITIVE_INFINITY
    const known = Math.min(this.#arrivals.nextMs, this.#untilMs, toLimit)
    // In sessions and closed loops a completion anywhere can release a request, and one waiting in the router can go
    // anywhere; in disaggregated fleets a prompt can be handed over.
    if (this.#isCoupled || this.#main.queueLength > 0) return Math.min(known, this.#heap.topTime)
    return this.#prefill === null ? known : Math.min(known, this.#heap.nextBesidesMainPassesMs)
  }

  #occupyUntil(instance: Instance16, endMs: number, pending: PassOutcome16 | null): void {
    instance.isBusy = true
    instance.pendingStartMs = this.#now
    instance.pending = pending
    if (this.#stretches?.isUnderWay) instance.endMs = endMs
    else this.#heap.push(endMs, PASS_END, instance.subject)
  }

  #endPass(instance: Instance16): void {
    const {pending} = instance
    instance.isBusy = false
    instance.pending = null
    if (instance.plan !== null) this.#endPlan(instance, instance.plan)
    if (pending !== null) this.#applyOutcome(instance, instance.pendingStartMs, pending)
    else {
      this.#handOffs?.passEnded(instance)
      this.#hearCache(instance)
      if (instance.component === 'decode') this.#handOffs?.retryReservation(instance)
    }
    if (this.#drainLimit?.isOver(instance, this.#now)) this.#endAtLimit(instance)
    else this.#poolOf(instance).ready.addIfReady(instance)
  }

  /** When an instance between passes, which waits for what others do, has drained long enough. */
  #idleEndMs(): number {
    return this.#drainLimit?.nextEndMs(isIdle) ?? Number.POSITIVE_INFINITY
  }

  #endIdleAtLimit(): boolean {
    if (this.#idleEndMs() > this.#now) return false
    for (const instance of this.#drainLimit!.draining)
      if (isIdle(instance) && this.#drainLimit!.isOver(instance, this.#now)) this.#endAtLimit(instance)
    return true
  }

  /** Its time to drain is over: what it has is sent again, to the pool that requests meet first. */
  #endAtLimit(instance: Instance16): void {
    const pool = this.#poolOf(instance)
    if (instance.scheduler.isEmpty) return
    pool.end(instance, this.#now)
    const isSource = pool === this.#prefill
    const placements: Placement<Instance16>[] = []
    const lost: number[] = []
    for (const [request, at] of isSource ? this.#prefillOf : this.#decodeOf) {
      if (at !== instance || this.#recorder.hasGivenUp(request)) continue
      if (isSource && this.#handOffs!.hasActivated(request)) continue
      lost.push(request)
      placements.push(...(pool.router?.freed(request, this.#now) ?? []))
    }
    for (const request of lost) {
      if (isSource) this.#prefillOf.delete(request)
      else this.#decodeOf.delete(request)
      this.#recorder.migrated(request, this.#now, instance)
      applyEmitted(this.#workload, this.#recorder.columns, request)
    }
    this.#dispatchAll(placements)
    for (const request of lost) {
      if (this.#handOffs === null) this.#placeOrPark(request)
      else if (isSource) this.#handOffs.sourceLost(request)
      else this.#handOffs.destinationLost(request)
    }
  }

  #applyOutcome(instance: Instance16, startMs: number, outcome: PassOutcome16): void {
    this.#handOffs?.passEnded(instance)
    instance.latest?.passEnded(startMs, outcome.endMs, outcome)
    this.#committedPrefillTokens += outcome.sumPrefillTokens
    if (instance.component !== 'prefill') this.#traffic.decodeTokens += outcome.decodeTokens
    this.#hearCache(instance)
    const {signals, signalKinds} = outcome
    // Of passes that end at one moment those that took no time come last.
    const isInstant = startMs === this.#now
    for (let i = 0; i < signals.length; i++)
      this.#applySignal(instance, isInstant, signals[i]!, signalKinds[i]!)
    if (this.#handOffs === null) return
    if (instance.component === 'decode') this.#handOffs.retryReservation(instance)
    else
      for (let i = 0; i < signals.length; i++)
        if (signalKinds[i] === COMPLETED) this.#handOffs.held(signals[i]!)
  }

  #applySignal(instance: Instance16, isInstant: boolean, request: number, kind: number): void {
    const pool = this.#poolOf(instance)
    const isSource = pool === this.#prefill
    if (kind === FIRST_TOKEN || (isSource && kind === COMPLETED)) {
      if (isSource || this.#handOffs === null)
        this.#dispatchAll(pool.router?.prefillCompleted(request, this.#now))
      return
    }
    const placements = pool.router?.freed(request, this.#now)
    if (kind === COMPLETED) this.#complete(request, instance, isInstant)
    else {
      const destination = this.#decodeOf.get(request)
      this.#giveUp(request, REJECTED)
      // What a decode instance has reserved for it is let go later in the instant.
      if (isSource && destination !== undefined) this.#decodeOf.set(request, destination)
      this.#handOffs?.rejected(request)
    }
    this.#dispatchAll(placements)
  }

  #complete(request: number, {subject}: Instance16, isInstant: boolean): void {
    this.#recorder.completed(request, this.#now)
    if (this.#stretches?.isUnderWay) this.#lateCompletions.add(request, this.#now, Number(isInstant), subject)
    else this.#countTraffic(request)
    this.#over(request)
    this.#arrivals.completed(request, this.#now)
  }

  #countTraffic(request: number): void {
    const {inputLength, emittedTokens} = this.#recorder.columns
    this.#traffic.completed({
      inputLength: inputLength[request]!,
      outputLength: emittedTokens[request]!,
      ttftMs: this.#recorder.ttftMs(request),
      meanGapMs: this.#recorder.meanGapMs(request),
    })
  }

  /** @throws RunError where a later turn sends an answer that was not given in full */
  #checkAnswered(request: number): void {
    const {nextTurn} = this.#workload
    if (nextTurn[request]! < 0) return
    const {outputLength, emittedTokens} = this.#recorder.columns
    const emitted = emittedTokens[request]!
    if (emitted === outputLength[request]!) return
    throw new RunError(
      `a turn of a mooncake-delta session was answered with ${emitted} of its ${outputLength[request]!} tokens (rejected, or cut ` +
        'at max_model_len): what its next turn then sends is not simulated',
    )
  }

  /** A request ends without having been served. */
  #giveUp(request: number, status: number): void {
    this.#recorder.gaveUp(request, this.#now, status)
    this.#over(request)
    this.#arrivals.gaveUp(request, this.#now)
  }

  #over(request: number): void {
    if (this.#workload.accumulates) this.#checkAnswered(request)
    this.#inFlight--
    this.#finished++
    this.#decodeOf.delete(request)
  }

  #hearCache({caches, lane, scheduler}: Instance16): void {
    if (caches !== null) caches.hear(lane, scheduler.kvEvents!, this.#now)
  }

  // --- set-up and small things ---

  #poolOf(instance: Instance16): InstancePool16 {
    return instance.component === 'prefill' ? this.#prefill! : this.#main
  }

  #createHandOffs(prefillArgs: EngineArgs): HandOffs {
    return new HandOffs(
      {
        workload: this.#workload,
        heap: this.#heap,
        now: () => this.#now,
        placeForPrefill: request => this.#place(this.#prefill!, request),
        placeForDecode: request => this.#place(this.#main, request),
        prefillInstance: request => this.#prefillOf.get(request),
        decodeInstance: request => this.#decodeOf.get(request),
        sourceReleased: (request, instance) => this.#sourceReleased(request, instance),
        destinationCancelled: (request, instance) => {
          this.#decodeOf.delete(request)
          this.#dispatchAll(this.#poolOf(instance).router?.freed(request, this.#now))
        },
        activated: instance => this.#main.ready.addIfReady(instance),
        refused: request => {
          this.#dispatchAll(this.#main.router?.freed(request, this.#now))
          this.#giveUp(request, FAILED)
        },
        closed: request => this.#recorder.handedOver(request),
      },
      prefillArgs,
    )
  }

  #sourceReleased(request: number, instance: Instance16): void {
    this.#prefillOf.delete(request)
    this.#hearCache(instance)
    this.#dispatchAll(this.#prefill!.router?.freed(request, this.#now))
  }

  #createPools(options: ClusterOptions16): {prefill: InstancePool16 | null; main: InstancePool16} {
    const {fleet} = options
    if (fleet.topology === 'agg') {
      return {prefill: null, main: this.#createPool('agg', fleet.workers, options, this.#recorder)}
    }
    const hidden = this.#recorder.withoutTokens()
    return {
      prefill: this.#createPool('prefill', fleet.prefill, options, hidden),
      main: this.#createPool('decode', fleet.decode, options, this.#recorder),
    }
  }

  #createPool(
    component: PoolName,
    {args, initialWorkers}: PoolSpec,
    options: ClusterOptions16,
    observer: PassObserver,
  ): InstancePool16 {
    const workload = this.#workload
    const perf = options.perfModelFor(component)
    const blockSize = args.engine_type === 'sglang' ? null : args.block_size
    const prompts =
      options.streamed === undefined
        ? computePrompts(workload, blockSize)
        : slotPrompts(options.streamed, blockSize)
    const announcesCaches = args.enable_prefix_caching && args.engine_type !== 'sglang'
    return new InstancePool16({
      component,
      args,
      initialWorkers,
      startup: options.startupFor(component, args),
      perf,
      createScheduler: (kvEvents, perf) =>
        options.createScheduler({args, perf, workload, prompts, observer, kvEvents}),
      heap: this.#heap,
      instances: this.#instances,
      firstSubject: component === 'prefill' ? 0 : FIRST_MAIN_SUBJECT,
      router: createRouter(
        {
          component,
          args,
          announcesCaches,
          prompts,
          laneOf,
          createHolders: () => new BlockHolders(prompts),
        },
        workload,
        options,
        ROUTER_RULES,
      ),
      kvEventLagMs: options.kvEventLagMs,
      isObserved: options.isObserved,
      loads: this.#loads,
    })
  }
}

function isIdle({isBusy, scheduler}: Instance16): boolean {
  return !isBusy && !scheduler.isEmpty
}

/** What a started pass came to. */
const NOTHING = 0
const ENDED = 1
const UNDER_WAY = 2

const ROUTER_RULES = {queuesBehindOthers: true, createPrefillLoad: () => new PrefillLoad16()}

function laneOf({lane}: Instance16): number {
  return lane
}

const EMPTY_POOL: PoolObservation = new PoolGauges([], 0, new SnapshotBuffer())

type Arrivals16 = Arrivals | SessionSlots | GraphArrivals | StreamedArrivals | StreamedSessions

function createArrivals({concurrency, streamed}: ClusterOptions16, workload: Workload): Arrivals16 {
  if (streamed !== undefined)
    return concurrency === null ? new StreamedArrivals(streamed) : new StreamedSessions(streamed, concurrency)
  if (workload.graph !== undefined) return new GraphArrivals(workload, workload.graph)
  return concurrency === null ? new Arrivals(workload) : new SessionSlots(workload, concurrency)
}

function createRecorder(
  {streamed, maxSimTimeMs, fleet}: ClusterOptions16,
  workload: Workload,
): OutcomeRecorder {
  const isCapped = Number.isFinite(maxSimTimeMs)
  if (streamed === undefined)
    return isCapped ? new CappedRecorder(workload, maxSimTimeMs) : new OutcomeRecorder(workload)
  const handsOver = fleet.topology === 'disagg'
  return isCapped
    ? new CappedStreamedRecorder(streamed, handsOver, maxSimTimeMs)
    : new StreamedOutcomeRecorder(streamed, handsOver)
}
