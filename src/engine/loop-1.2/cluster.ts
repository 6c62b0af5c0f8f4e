import type {EngineArgs, Fleet, PoolName, PoolSpec} from '../../config/scenario.ts'
import {RunError} from '../../core/result.ts'
import {type Ms, ms} from '../../core/units.ts'
import type {PerfModel} from '../../perf/perf-model.ts'
import type {Workload} from '../../trace/workload.ts'
import {type ArrivalQueue, Arrivals, asClosedLoop, type Upcoming} from '../arrivals.ts'
import {applyEmitted, DrainLimit, withOwnLengths} from '../drain-limit.ts'
import {FleetGauges} from '../fleet-gauges.ts'
import type {EngineGeneration} from '../generation.ts'
import type {EngineObservation, ReplayEngine, TrafficWindow} from '../observation.ts'
import {PoolGauges} from '../pool-gauges.ts'
import {computePrompts, type Prompts, slotPrompts} from '../prompts.ts'
import type {FirstTokenCounts} from '../record/first-tokens.ts'
import type {GapOrder} from '../record/gap-order.ts'
import {hiddenTokens} from '../record/hidden-tokens.ts'
import {LoadRecorder} from '../record/instance-loads.ts'
import {type EngineGlance, glanceAt, livesOf, recordedLives} from '../record/lives.ts'
import {PassBuffer} from '../record/pass-buffer.ts'
import type {EngineRecord} from '../record/record.ts'
import {Recorder} from '../record/recorder.ts'
import {TrafficAccumulator} from '../record/traffic.ts'
import {BlockHolders} from '../routing/block-holders.ts'
import {createRouter, type RouterOptions} from '../routing/create-router.ts'
import type {PassObserver, PassOutcome, PlannedPasses} from '../scheduler.ts'
import type {StartupModel} from '../startup-model.ts'
import {StreamedArrivals} from '../stream/streamed-arrivals.ts'
import {StreamedRecorder} from '../stream/streamed-recorder.ts'
import type {StreamedRequests} from '../stream/streamed-requests.ts'
import {fewestInstances} from '../stretch/fewest-instances.ts'
import {HandOvers} from '../stretch/hand-overs.ts'
import {LateCompletions} from '../stretch/late-completions.ts'
import {MomentLog} from '../stretch/moment-log.ts'
import {type StopLog, sumOfSpans} from '../stretch/stop-log.ts'
import {type Placed, Stretches} from '../stretch/stretches.ts'
import {TurnRanks} from '../turn-ranks.ts'
import {checkThatRequestsFit} from './check-requests-fit.ts'
import {EventQueue, HANDOFF, INSTANCE_READY, PASS_END} from './event-queue.ts'
import {type Admission, FROM_QUEUE, type Instance} from './instance.ts'
import {InstancePool} from './instance-pool.ts'
import {transferDelay} from './transfer-delay.ts'

export interface ClusterOptions extends RouterOptions {
  readonly generation: EngineGeneration
  readonly fleet: Fleet
  readonly workload: Workload
  readonly perfModelFor: (pool: PoolName) => PerfModel
  readonly startupFor: (pool: PoolName, args: EngineArgs) => StartupModel
  /** Requests in flight at the most, arrival times being ignored; null = as the trace says. */
  readonly concurrency: number | null
  /** A planner will look at the forward passes; otherwise none are kept. */
  readonly isObserved: boolean
  /** Requests wait while no instance serves, as behind an activator, instead of ending the run; absent = they do not. */
  readonly parksRequests?: boolean
  /** No columns over requests are kept, and `workload` is that of its slots; absent = they are. */
  readonly streamed?: StreamedRequests | undefined
  /** Instances at the start from which each is advanced alone, or plans its decoding; absent = where it pays. No result depends on it. */
  readonly aloneFrom?: number
  /** Time that draining instances have; absent = as long as their requests take. */
  readonly drainLimitMs?: number | undefined
}

/**
 * The serving cluster as a discrete-event simulation (engine.md 8, 9): arrivals, passes, starting and draining
 * instances, and in disaggregated fleets the hand-off from prefill to decode.
 *
 * Aggregated fleets have one pool. Disaggregated ones send every request through the prefill pool first, where it
 * stops at its first (unseen) token, and then to the decode pool, whose tokens are the ones that count. What an
 * instance pays for follows its own `worker_type`, as in the reference: in a planner run the pools may be left
 * `aggregated`, and then prefill instances also pay a decode step and decode instances compute the prompt again.
 */
export class Cluster implements ReplayEngine {
  readonly #workload: Workload
  readonly #recorder: Recorder
  readonly #firstTokens: FirstTokenCounts
  readonly #traffic = new TrafficAccumulator()
  readonly #loads = new LoadRecorder()
  readonly #events = new EventQueue()
  readonly #instances: (Instance | null)[] = []
  readonly #arrivals: ArrivalQueue
  /** null in aggregated fleets. */
  readonly #prefill: InstancePool | null
  /** The pool whose tokens count: aggregated instances or decode instances. */
  readonly #main: InstancePool
  readonly #routesByKv: boolean
  readonly #transferMs: ((tokens: number) => number) | null
  /** A completion on one instance can send a request to another. */
  readonly #isCoupled: boolean
  readonly #turns = new TurnRanks()
  /** Gaps may be told late; null where instances never run past a moment at which something could reach them. */
  readonly #gapOrder: GapOrder | null
  readonly #plansAhead: boolean
  /** Arrivals, and what happens in the prefill pool, which decode instances do not know beforehand; null where none of them plans. */
  readonly #moments: MomentLog | null
  /** Advances instances one by one, where requests go by turns; null elsewhere. */
  readonly #stretches: Stretches<Instance> | null
  /** What the prefill pool hands over to instances that are advanced alone; null where they are not, or there is none. */
  readonly #handOvers: HandOvers | null
  readonly #lateCompletions = new LateCompletions()
  /** Instances with a plan. */
  #planned = 0
  #now = 0
  #untilMs = 0
  #completed = 0
  /** Requests on instances. */
  #inFlight = 0
  readonly #concurrency: number | null
  #passesStale = false
  /** null = instances drain as long as their requests take. */
  readonly #drainLimit: DrainLimit<Instance> | null
  /** Where requests are that may have to be sent again, in the order in which they came there. */
  readonly #instanceOf = new Map<number, Instance>()
  /** The first that an instance had, in the order of the clock. */
  #notice: Notice | null = null

  constructor(options: ClusterOptions) {
    const {fleet, concurrency, streamed, drainLimitMs} = options
    const asTold = concurrency === null || streamed !== undefined
    const timed = asTold ? options.workload : asClosedLoop(options.workload)
    const workload = drainLimitMs === undefined ? timed : withOwnLengths(timed)
    this.#drainLimit = drainLimitMs === undefined ? null : new DrainLimit(drainLimitMs)
    this.#workload = workload
    this.#concurrency = concurrency
    this.#recorder = streamed === undefined ? new Recorder(workload) : new StreamedRecorder(streamed)
    this.#firstTokens = this.#recorder.countFirstTokens()
    this.#arrivals = streamed === undefined ? new Arrivals(workload) : new StreamedArrivals(streamed)
    const pools = this.#createPools(options)
    this.#prefill = pools.prefill
    this.#main = pools.main
    const hasSessions =
      streamed === undefined ? workload.sessionCount < workload.requestCount : streamed.source.sessions > 0
    this.#isCoupled = hasSessions || concurrency !== null
    this.#routesByKv = options.router !== null
    const isDisagg = fleet.topology === 'disagg'
    const kind = {isDisagg, routesByKv: this.#routesByKv, isObserved: options.isObserved}
    this.#transferMs = isDisagg ? transferDelay(fleet.prefill.args) : null
    const isAlone =
      (isDisagg ? fleet.decode : fleet.workers).initialWorkers >=
        (options.aloneFrom ?? fewestInstances(kind)) &&
      // Ends of transfers and of passes at one moment take turns by which began first, and that of a planned pass is not known.
      this.#transferMs === null &&
      !(isDisagg && this.#main.countsQuestions) &&
      !this.#isCoupled &&
      streamed === undefined &&
      this.#drainLimit === null
    this.#gapOrder = isAlone ? this.#recorder.keepOrder(null) : null
    this.#moments = isAlone && isDisagg && this.#routesByKv ? new MomentLog() : null
    this.#plansAhead = isAlone && this.#routesByKv && !isDisagg
    const goesByTurns = isAlone && !this.#routesByKv
    this.#handOvers = goesByTurns && isDisagg ? new HandOvers(workload.requestCount) : null
    this.#stretches = goesByTurns ? this.#createStretches() : null
  }

  get completedRequests(): number {
    return this.#completed
  }

  get nowMs(): number {
    return this.#now
  }

  runUntil(untilMs: Ms, maxEvents: number): boolean {
    this.#forgetPasses()
    this.#untilMs = untilMs
    this.#drain()
    for (let events = 0; events < maxEvents; events++) {
      events += this.#advanceAlone()
      const next = this.#nextMs
      if (next > untilMs || next === Number.POSITIVE_INFINITY) return true
      this.#now = next
      this.#drain()
      if (this.#gapOrder?.isFull) this.#flushGaps(this.#gapOrder)
    }
    return false
  }

  standAt(atMs: Ms): void {
    if (atMs > this.#now) this.#now = atMs
  }

  /** Runs to the end of the workload in steps of about `maxEvents`; true when it is over. */
  runToEnd(maxEvents: number): boolean {
    if (!this.runUntil(ms(Number.POSITIVE_INFINITY), maxEvents)) return false
    const left = this.#unfinished()
    if (left > 0 || !this.#arrivals.isDrained) {
      throw new RunError(`offline replay reached a dead end with ${left} in-flight requests remaining`)
    }
    return true
  }

  observe(): EngineObservation {
    this.#passesStale = true
    return {
      nowMs: ms(this.#now),
      isDone: this.#unfinished() === 0 && this.#arrivals.isDrained && this.#events.hasOnlyStarts,
      prefill: this.#prefill?.observe() ?? EMPTY_POOL,
      decode: this.#main.observe(),
      fleet: new FleetGauges(
        {arrived: this.#recorder.arrivedCount, completed: this.#completed},
        this.#firstTokens,
        this.#now,
      ),
    }
  }

  applyScaling(target: {readonly prefill: number; readonly decode: number}): void {
    this.#prefill?.applyScaling(target.prefill, this.#now)
    this.#main.applyScaling(target.decode, this.#now)
    this.#drainLimit?.watch([...(this.#prefill?.draining ?? []), ...this.#main.draining])
    const admissions = [
      ...(this.#prefill?.drainRouter(this.#now) ?? []),
      ...this.#main.drainRouter(this.#now),
    ]
    this.#dispatchAll(admissions)
  }

  drainTraffic(): TrafficWindow {
    return this.#traffic.drain(this.#now)
  }

  /** What the user should know about the run so far. */
  get notices(): readonly string[] {
    return this.#notice === null ? [] : [this.#notice.text]
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
    }
  }

  // --- instances that are advanced alone ---

  /** @returns the turns taken */
  #advanceAlone(): number {
    const pool = this.#main
    if (this.#stretches === null || pool.queueLength > 0 || !pool.hasActive) return 0
    const untilMs = Math.min(this.#untilMs, this.#events.nextStartMs)
    const turns = this.#stretches.advance(pool.instances, untilMs)
    if (turns > 0 && this.#gapOrder!.isFull) this.#gapOrder!.flushBefore(Number.POSITIVE_INFINITY)
    return turns
  }

  #createStretches(): Stretches<Instance> {
    const handOvers = this.#handOvers
    return new Stretches<Instance>(
      {
        begin: () => this.#beginAlone(),
        arrive: (request, atMs) => {
          this.#recorder.arrived(request, atMs)
          return this.#main.route(request, atMs)!.instance
        },
        ...(handOvers !== null && {placeThrough: (toMs: number) => this.#placeThrough(toMs, handOvers)}),
        moveTo: (instance, atMs) => {
          this.#now = atMs
          this.#turns.moveAlone(atMs)
          if (instance.isBusy && instance.endMs === atMs) this.#endPass(instance)
        },
        dispatch: (request, instance) => this.#dispatch({request, instance, overlapBlocks: 0}),
        startPasses: () => this.#startPasses(this.#main),
        end: lastMs => {
          if (lastMs > this.#now) this.#now = lastMs
          this.#endAlone()
        },
      },
      this.#arrivals,
      handOvers?.atMs ?? this.#workload.arrivalMs,
    )
  }

  /** The prefill pool goes first. */
  #placeThrough(toMs: number, handOvers: HandOvers): Placed {
    let failure: unknown = null
    handOvers.begin()
    try {
      for (let ms = this.#nextMs; ms < toMs; ms = this.#nextMs) {
        this.#now = ms
        handOvers.noteMoment(ms)
        this.#drain()
      }
    } catch (error) {
      failure = error
    }
    return handOvers.end(this.#nextMs, failure)
  }

  #beginAlone(): void {
    this.#events.takeMainPassEnds((time, order, serial) => {
      const instance = this.#instances[serial]!
      instance.endMs = time
      instance.sinceMs = FROM_QUEUE
      instance.order = order
    })
    this.#loads.hold()
    this.#recorder.holdEvents()
  }

  #endAlone(): void {
    this.#loads.settle()
    this.#recorder.settleEvents()
    this.#lateCompletions.settle(request => this.#countTraffic(request))
    const busy = this.#main.instances.filter(({isBusy}) => isBusy)
    busy.sort((a, b) => a.sinceMs - b.sinceMs || a.order - b.order)
    for (const {endMs, sinceMs, order, serial} of busy) {
      if (sinceMs === FROM_QUEUE) this.#events.restoreMainPassEnd(endMs, order, serial)
      else this.#events.pushMainPassEnd(endMs, serial)
    }
  }

  // --- one instant (engine.md 8.3, 9.3) ---

  /**
   * All that happens at one moment: six phases, in rounds until a round changes nothing.
   *
   * 1. Passes end. First, because a completion makes room that the later phases fill: a place in a closed loop, a
   *    session's next turn, a load the router no longer counts.
   * 2. Instances become ready. After the completions, whose requests the router places on the instances it knew; before
   *    anything new is placed, so that a request that arrives at this very moment can go to the newcomer.
   * 3. Prompts whose KV cache has been transferred join a decode instance, before younger requests do.
   * 4. Requests arrive.
   * 5. Prefill instances start passes. Before the decode instances, since a prefill pass of no duration ends at once and
   *    hands its requests over.
   * 6. Instances of the main pool start passes. Last, so that a pass takes in all that came at this moment.
   *
   * Phases 1 to 3 take events off one queue and stop at the first of another kind: where events of one moment were
   * pushed in another order the rest of them waits for the next round, as in the reference.
   */
  #drain(): void {
    let changed = true
    this.#noteMoment()
    while (changed) {
      this.#turns.nextRound(this.#now)
      changed = this.#applyDueEvents()
      if (this.#releaseArrivals()) changed = true
      if (this.#prefill !== null && this.#startPasses(this.#prefill)) changed = true
      if (this.#startPasses(this.#main)) changed = true
    }
  }

  #noteMoment(): void {
    if (this.#moments === null) return
    if (this.#events.nextBesidesMainPassesMs === this.#now || this.#nextArrivalMs() <= this.#now)
      this.#moments.note(this.#now)
  }

  /** Phases 1 to 3. */
  #applyDueEvents(): boolean {
    const events = this.#events
    const now = this.#now
    if (events.nextMs !== now) return false
    while (events.isDue(PASS_END, now)) this.#endPass(this.#instances[events.pop()]!)
    while (events.isDue(INSTANCE_READY, now)) this.#activate(events.pop())
    while (events.isDue(HANDOFF, now)) this.#route(this.#main, events.pop())
    return true
  }

  #activate(serial: number): void {
    const instance = this.#instances[serial]
    // Its start was cancelled.
    if (!instance) return
    const pool = this.#poolOf(instance)
    pool.activate(instance, this.#now)
    this.#dispatchAll(pool.drainRouter(this.#now))
  }

  /** Phase 4. */
  #releaseArrivals(): boolean {
    const arrivals = this.#arrivals
    let room = this.#concurrency === null ? Number.POSITIVE_INFINITY : this.#concurrency - this.#unfinished()
    let released = false
    for (let time = arrivals.nextMs; time <= this.#now && room > 0; time = arrivals.nextMs) {
      const request = arrivals.pop()
      this.#recorder.arrived(request, this.#concurrency === null ? time : this.#now)
      this.#route(this.#prefill ?? this.#main, request)
      released = true
      room--
    }
    return released
  }

  #route(pool: InstancePool, request: number): void {
    const admission = pool.route(request, this.#now)
    if (admission !== null) this.#dispatch(admission)
    // What waits in the router can go anywhere.
    else if (this.#planned > 0)
      for (const instance of this.#instances) if (instance?.plan) this.#cutPlan(instance)
  }

  #dispatchAll(admissions: readonly Admission[]): void {
    for (const admission of admissions) this.#dispatch(admission)
  }

  #dispatch({request, instance, overlapBlocks}: Admission): void {
    const pool = this.#poolOf(instance)
    const isMain = pool === this.#main
    const {workerId, prefillWorkerId} = this.#recorder.requests
    if (isMain) workerId[request] = instance.id
    else prefillWorkerId[request] = instance.id
    if (this.#routesByKv && pool === (this.#prefill ?? this.#main)) {
      this.#traffic.routed(
        overlapBlocks,
        Math.ceil(this.#workload.inputLength[request]! / pool.args.block_size),
      )
    }
    if (instance.plan !== null) this.#cutPlan(instance)
    if (this.#drainLimit !== null) this.#noteInstance(request, instance)
    this.#inFlight++
    instance.inFlight++
    instance.scheduler.receive(request, isMain ? this.#workload.outputLength[request]! : 1)
    pool.ready.addIfReady(instance)
  }

  /** Phases 5 and 6: lowest instance first. A pass of no duration ends at once and may make its instance ready again. */
  #startPasses({ready}: InstancePool): boolean {
    if (ready.isEmpty) return false
    while (!ready.isEmpty) this.#startPass(ready.takeLowest())
    return true
  }

  #startPass(instance: Instance): void {
    const rank = this.#turns.now(instance.turn)
    if (instance.component !== 'prefill') this.#gapOrder?.begin(this.#now, rank)
    if (this.#stretches?.isUnderWay) this.#runThrough(instance, rank, this.#stretches.stops)
    const now = this.#now
    instance.sinceMs = now
    instance.order = instance.turn
    if (this.#runAhead(instance, rank)) return
    const {scheduler, record} = instance
    const pool = this.#poolOf(instance)
    const outcome = scheduler.executePass(now)
    if (scheduler.notice !== null) this.#keepNotice(scheduler.notice, instance)
    record.passes++
    record.busyMs += outcome.endMs - now
    const queued = outcome.numQueuedPrefill + outcome.numQueuedDecode
    this.#loads.passes(instance.load, rank, now, outcome.endMs, queued, scheduler.kvShare)
    if (pool.keepPasses) pool.passes.add(instance.id, now, outcome.endMs, outcome)
    if (outcome.endMs > now) {
      this.#occupyUntil(instance, outcome.endMs, outcome)
      return
    }
    this.#guardAgainstLivelock(instance)
    this.#applyOutcome(instance, outcome)
    pool.ready.addIfReady(instance)
  }

  /** An instance that is alone runs through the stops at which nothing reaches it: its clock stands at the next one then. */
  #runThrough(instance: Instance, rank: number, stops: StopLog): void {
    const {scheduler, record, load} = instance
    if (scheduler.runThrough === undefined || record.passes < instance.slowPasses) return
    stops.begin(this.#now, rank, this.#untilMs)
    while (scheduler.runThrough(stops, instance.steadyObserver)) {
      record.passes += stops.passes
      record.busyMs = sumOfSpans(record.busyMs, stops)
      // Such passes leave nobody waiting that could be admitted.
      this.#loads.stops(load, stops, 0, scheduler.kvShare)
      stops.clear()
    }
    if (stops.nowMs === this.#now) return
    this.#now = stops.nowMs
    this.#turns.moveAlone(this.#now)
  }

  /**
   * Lets an instance run passes that only decode on its own clock, up to the first moment at which anything else could
   * reach it: the next arrival, the next hand-off, or the end of this `runUntil`. Other instances cannot see the
   * difference, since such passes change nothing but their own requests' tokens.
   */
  #runAhead(instance: Instance, rank: number): boolean {
    const {scheduler, record} = instance
    if (record.passes < instance.slowPasses) return false
    if (scheduler.planSteadyPasses !== undefined && this.#main.queueLength === 0) {
      if (this.#plansAhead) return this.#planAhead(instance, rank, this.#arrivals.upcoming)
      if (this.#moments !== null && instance.component === 'decode' && this.#planAhead(instance, rank, null))
        return true
    }
    const end = scheduler.runSteadyPasses(this.#now, this.#horizonMs(), instance.steadyObserver)
    if (end === this.#now) return false
    record.passes += scheduler.steadyPasses
    record.busyMs += end - this.#now
    // Such passes leave nobody waiting that could be admitted.
    this.#loads.passes(instance.load, rank, this.#now, end, 0, scheduler.kvShare)
    this.#occupyUntil(instance, end, null)
    return true
  }

  /**
   * The same past moments at which only other instances are reached. What comes of it is told when the plan is over or cut:
   * whoever arrives here, or waits for any instance, cuts it. It ends before the run's clock stops, before an instance comes to
   * serve, and before the load's bins widen, since the order of events matters there.
   */
  #planAhead(instance: Instance, rank: number, upcoming: Upcoming | null): boolean {
    const untilMs = this.#untilMs
    const {fullMs} = this.#loads
    const plan = instance.scheduler.planSteadyPasses!(this.#now, {
      upcoming,
      untilMs,
      boundMs: upcoming === null ? fullMs : Math.min(untilMs, this.#events.nextBesidesMainPassesMs, fullMs),
    })
    if (plan === null) return false
    instance.planRank = rank
    if (plan.stops !== 1) {
      instance.plan = plan
      this.#planned++
    } else this.#tellPasses(instance, plan, 1)
    this.#occupyUntil(instance, plan.plannedToMs, null)
    return true
  }

  #tellPasses(instance: Instance, plan: PlannedPasses, stops: number): void {
    const {record, load, scheduler} = instance
    const {kvShare} = scheduler
    const laterRank = TurnRanks.inFirstRound(instance.turn)
    plan.tell(stops, laterRank, instance.steadyObserver)
    record.passes += plan.passes
    const told = {fromMs: plan.plannedFromMs, atMs: plan.stopsMs, count: stops}
    record.busyMs = sumOfSpans(record.busyMs, told)
    // Such passes leave nobody waiting that could be admitted.
    this.#loads.planned(load, {first: instance.planRank, later: laterRank}, told, 0, kvShare)
  }

  /** It is over, or something reaches the instance: of its plan only the pass under way is left. @returns when that ends */
  #endPlan(instance: Instance, plan: PlannedPasses): number {
    instance.plan = null
    this.#planned--
    if (this.#moments !== null) plan.findStops(this.#moments, this.#now, null)
    const stops = plan.stopsUntil(this.#now)
    this.#gapOrder!.begin(plan.plannedFromMs, instance.planRank)
    this.#tellPasses(instance, plan, stops)
    return plan.stopsMs[stops - 1]!
  }

  /** Something reaches the instance. */
  #cutPlan(instance: Instance): void {
    const endMs = this.#endPlan(instance, instance.plan!)
    if (endMs > this.#now) this.#events.bringMainPassEndForward(endMs, instance.serial)
    else {
      this.#events.removeMainPassEnd(instance.serial)
      this.#endPass(instance)
    }
  }

  /** Puts gaps in order up to the first moment of which a plan may still tell. */
  #flushGaps(gapOrder: GapOrder): void {
    let knownMs = this.#now
    for (const instance of this.#instances) {
      if (instance?.plan) knownMs = Math.min(knownMs, instance.plan.plannedFromMs)
    }
    gapOrder.flushBefore(knownMs)
    this.#moments?.forgetBefore(knownMs)
  }

  #horizonMs(): number {
    if (this.#stretches?.isUnderWay)
      return Math.min(this.#stretches.stops.nextArrivalMs(this.#now), this.#untilMs)
    const toLimit = this.#drainLimit?.horizonMs(this.#now, this.#events.nextMs) ?? Number.POSITIVE_INFINITY
    const known = Math.min(this.#nextArrivalMs(), this.#untilMs, toLimit)
    // In sessions and closed loops a completion anywhere can release a request, and one waiting in the router can go
    // anywhere; in disaggregated fleets a prefill can hand over.
    if (this.#isCoupled || this.#main.queueLength > 0) return Math.min(known, this.#events.nextMs)
    return this.#prefill === null ? known : Math.min(known, this.#events.nextBesidesMainPassesMs)
  }

  #occupyUntil(instance: Instance, endMs: number, pending: PassOutcome | null): void {
    instance.isBusy = true
    instance.pending = pending
    if (this.#stretches?.isUnderWay) instance.endMs = endMs
    else if (instance.component === 'prefill') this.#events.push(endMs, PASS_END, instance.serial)
    else this.#events.pushMainPassEnd(endMs, instance.serial)
  }

  #endPass(instance: Instance): void {
    instance.isBusy = false
    if (instance.plan !== null) this.#endPlan(instance, instance.plan)
    if (instance.pending !== null) this.#applyOutcome(instance, instance.pending)
    if (this.#drainLimit?.isOver(instance, this.#now)) this.#endAtLimit(instance)
    else this.#poolOf(instance).ready.addIfReady(instance)
  }

  /** Its time to drain is over: what it has is sent again, to the pool that requests meet first. */
  #endAtLimit(instance: Instance): void {
    const pool = this.#poolOf(instance)
    const requests: number[] = []
    for (const [request, at] of this.#instanceOf) if (at === instance) requests.push(request)
    const admissions = requests.flatMap(request => pool.freed(request, this.#now))
    this.#inFlight -= instance.inFlight
    pool.end(instance, this.#now)
    for (const request of requests) {
      this.#instanceOf.delete(request)
      this.#recorder.migrated(request, this.#now, instance)
      applyEmitted(this.#workload, this.#recorder.requests, request)
    }
    this.#dispatchAll(admissions)
    for (const request of requests) this.#route(this.#prefill ?? this.#main, request)
  }

  /** Last in the order of those that were sent anywhere. */
  #noteInstance(request: number, instance: Instance): void {
    this.#instanceOf.delete(request)
    this.#instanceOf.set(request, instance)
  }

  #applyOutcome(instance: Instance, outcome: PassOutcome): void {
    const pool = this.#poolOf(instance)
    instance.inFlight -= outcome.completedCount
    this.#inFlight -= outcome.completedCount
    if (instance.state === 'draining') pool.removeIfDrained(instance, this.#now)
    const {signals, signalCompleted} = outcome
    for (let i = 0; i < signals.length; i++) {
      const request = signals[i]!
      if (!signalCompleted[i]) this.#dispatchAll(pool.prefillCompleted(request, this.#now))
      else if (pool === this.#main) this.#complete(request, instance)
      else this.#handOff(request)
    }
  }

  #complete(request: number, {sinceMs, order}: Instance): void {
    const admissions = this.#main.freed(request, this.#now)
    this.#completed++
    this.#instanceOf.delete(request)
    if (this.#stretches?.isUnderWay) this.#lateCompletions.add(request, this.#now, sinceMs, order)
    else this.#countTraffic(request)
    this.#arrivals.completed(request, this.#now)
    this.#recorder.completed(request, this.#now)
    this.#dispatchAll(admissions)
  }

  #countTraffic(request: number): void {
    const {inputLength, outputLength} = this.#recorder.requests
    this.#traffic.completed({
      inputLength: inputLength[request]!,
      outputLength: outputLength[request]!,
      ttftMs: this.#recorder.ttftMs(request),
      meanGapMs: this.#recorder.meanGapMs(request),
    })
  }

  #handOff(request: number): void {
    this.#instanceOf.delete(request)
    this.#dispatchAll(this.#prefill!.prefillCompleted(request, this.#now))
    this.#dispatchAll(this.#prefill!.freed(request, this.#now))
    const delay = this.#transferMs?.(this.#workload.inputLength[request]!) ?? 0
    if (delay > 0) this.#events.push(this.#now + delay, HANDOFF, request)
    else if (this.#handOvers?.isUnderWay) this.#handOver(request, this.#handOvers)
    else this.#route(this.#main, request)
  }

  #handOver(request: number, handOvers: HandOvers): void {
    handOvers.atMs[request] = this.#now
    this.#main.route(request, this.#now)!.instance.inbox.push(request)
  }

  #keepNotice(text: string, {turn}: Instance): void {
    const known = this.#notice
    const isEarlier =
      known === null || this.#now < known.atMs || (this.#now === known.atMs && turn < known.turn)
    if (isEarlier) this.#notice = {text, atMs: this.#now, turn}
  }

  #guardAgainstLivelock(instance: Instance): void {
    if (instance.zeroPassMs !== this.#now) {
      instance.zeroPassMs = this.#now
      instance.zeroPasses = 0
    }
    if (++instance.zeroPasses <= MAX_ZERO_PASSES) return
    throw new RunError(
      `instance ${instance.id} of the ${instance.component} pool makes no progress at ${this.#now.toFixed(3)} ms: ` +
        'its waiting requests never fit (token budget, chunked prefill or KV blocks), and the reference would loop for ever',
    )
  }

  // --- set-up and small things ---

  #createPools(options: ClusterOptions): {prefill: InstancePool | null; main: InstancePool} {
    const {generation, fleet, perfModelFor, startupFor, isObserved, streamed} = options
    const workload = this.#workload
    const promptsBySize = new Map<number | null, Prompts>()
    const create = (component: PoolName, spec: PoolSpec, observer: PassObserver) => {
      const {args} = spec
      const size = generation.promptBlockSize(args)
      const prompts =
        promptsBySize.get(size) ??
        (streamed === undefined ? computePrompts(workload, size) : slotPrompts(streamed, size))
      promptsBySize.set(size, prompts)
      checkThatRequestsFit(streamed?.source.largest ?? workload, args, component)
      const announcesCaches = generation.announcesCaches(args)
      const createHolders = generation.keepsHolders(args) ? () => new BlockHolders(prompts) : null
      return new InstancePool({
        generation,
        component,
        args,
        startup: startupFor(component, args),
        initialWorkers: spec.initialWorkers,
        perf: perfModelFor(component),
        prompts,
        workload,
        observer,
        events: this.#events,
        instances: this.#instances,
        router: createRouter(
          {
            component,
            args,
            announcesCaches,
            prompts,
            cachedBlocks,
            laneOf,
            createHolders,
          },
          workload,
          options,
        ),
        keepPasses: isObserved,
        loads: this.#loads,
        parksRequests: options.parksRequests ?? false,
      })
    }
    if (fleet.topology === 'agg') return {prefill: null, main: create('agg', fleet.workers, this.#recorder)}
    return {
      prefill: create('prefill', fleet.prefill, hiddenTokens(this.#recorder)),
      main: create('decode', fleet.decode, this.#recorder),
    }
  }

  #poolOf(instance: Instance): InstancePool {
    return instance.component === 'prefill' ? this.#prefill! : this.#main
  }

  /** Requests on instances or waiting in a router. */
  #unfinished(): number {
    return this.#inFlight + this.#main.queueLength + (this.#prefill?.queueLength ?? 0)
  }

  /** When anything happens next. */
  get #nextMs(): number {
    return Math.min(this.#nextArrivalMs(), this.#events.nextMs)
  }

  #nextArrivalMs(): number {
    if (this.#concurrency !== null && this.#unfinished() >= this.#concurrency) return Number.POSITIVE_INFINITY
    return this.#arrivals.nextMs
  }

  #forgetPasses(): void {
    if (!this.#passesStale) return
    this.#passesStale = false
    this.#prefill?.passes.clear()
    this.#main.passes.clear()
  }
}

interface Notice {
  readonly text: string
  readonly atMs: number
  readonly turn: number
}

/** Far more passes without progress than any working schedule makes at one instant (engine.md 5.7). */
const MAX_ZERO_PASSES = 100_000

/** The prefill pool of an aggregated fleet. */
const EMPTY_POOL = new PoolGauges([], 0, new PassBuffer())

function laneOf({lane}: Instance): number {
  return lane
}

function cachedBlocks({scheduler}: Instance, request: number): number {
  return scheduler.cachedBlocks(request)
}
