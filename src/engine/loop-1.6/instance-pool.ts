import type {EngineArgs, PoolName} from '../../config/scenario.ts'
import type {PerfModel} from '../../perf/perf-model.ts'
import type {PoolObservation} from '../observation.ts'
import {PoolGauges} from '../pool-gauges.ts'
import {ReadyInstances} from '../ready-instances.ts'
import type {LoadRecorder} from '../record/instance-loads.ts'
import {lifeStart} from '../record/life-start.ts'
import type {RecordedLife} from '../record/lives.ts'
import type {KvRouter, Placement} from '../routing/kv-router.ts'
import type {Scheduler16} from '../scheduler-1.6.ts'
import {perfOfNew, type StartupModel} from '../startup-model.ts'
import {KvEventLog} from '../vllm-1.6/kv-event-log.ts'
import {CacheIndex} from './cache-index.ts'
import type {EventQueue16} from './event-queue.ts'
import type {Instance16} from './instance.ts'
import {LatestPass} from './latest-pass.ts'
import {INSTANCE_READY} from './ranked-heap.ts'
import {SnapshotBuffer} from './snapshot-buffer.ts'

export interface PoolOptions16 {
  readonly component: PoolName
  readonly args: EngineArgs
  readonly initialWorkers: number
  readonly startup: StartupModel
  readonly perf: PerfModel
  readonly createScheduler: (kvEvents: KvEventLog | null, perf: PerfModel) => Scheduler16
  readonly heap: EventQueue16
  /** All instances of the run by subject; shared between pools. */
  readonly instances: Map<number, Instance16>
  /** Subject of the pool's first instance. */
  readonly firstSubject: number
  /** null = round robin. */
  readonly router: KvRouter<Instance16> | null
  readonly kvEventLagMs: number
  /** Keep the last pass of each instance for a policy. */
  readonly isObserved: boolean
  readonly loads: LoadRecorder
}

/** Equal instances behind one router, and their scaling (engine-1.6.md 8.4, 8.5). */
export class InstancePool16 {
  readonly component: PoolName
  readonly args: EngineArgs
  readonly lives: RecordedLife[] = []
  readonly ready = new ReadyInstances<Instance16>()
  readonly router: KvRouter<Instance16> | null
  /** Instance-seconds so far, starting and draining ones included. */
  workerSeconds = 0
  readonly #options: PoolOptions16
  readonly #snapshots = new SnapshotBuffer()
  /** null = no router is told what instances cache. */
  readonly #caches: CacheIndex | null
  #laneCount = 0
  readonly #freeLanes: number[] = []
  /** Ascending ids. */
  #instances: Instance16[] = []
  #active: Instance16[] = []
  /** Ascending ids. */
  #draining: Instance16[] = []
  #nextId = 0
  #cursor = 0
  readonly #parked: number[] = []

  constructor(options: PoolOptions16) {
    this.#options = options
    this.component = options.component
    this.args = options.args
    this.router = options.router
    const holders = options.router?.holders ?? null
    this.#caches = holders === null ? null : new CacheIndex(holders, options.kvEventLagMs)
    for (let i = 0; i < options.initialWorkers; i++) this.#create(0, 0)
    this.#refreshActive()
  }

  /** Ascending ids. */
  get instances(): readonly Instance16[] {
    return this.#instances
  }

  /** Its timing counts what it is asked: nobody may ask about passes that have other stops then. */
  get countsQuestions(): boolean {
    return this.#options.perf.tally !== undefined
  }

  get hasActive(): boolean {
    return this.#active.length > 0
  }

  get queueLength(): number {
    return (this.router?.queueLength ?? 0) + this.#parked.length
  }

  /** Keeps a request that came while nobody served. */
  park(request: number): void {
    this.#parked.push(request)
  }

  /** Requests that can be placed after the set of instances changed. */
  drain(nowMs: number): readonly Placement<Instance16>[] {
    const queued = this.router?.drain(nowMs) ?? []
    if (this.#parked.length === 0 || !this.hasActive) return queued
    const placed = this.#parked.splice(0).map(request => this.route(request, nowMs))
    return [...queued, ...placed.filter(placement => placement !== null)]
  }

  /** Hands over the last passes of the serving instances (engine-1.6.md 10.2). */
  observe(nowMs: number): PoolObservation {
    this.#snapshots.fill(this.#instances, nowMs)
    return new PoolGauges(this.#instances, this.queueLength, this.#snapshots)
  }

  /** Where a request goes now; null when the router keeps it. There must be an active instance. */
  route(request: number, nowMs: number): Placement<Instance16> | null {
    this.#caches?.catchUp(nowMs)
    if (this.router !== null) return this.router.arrive(request, nowMs)
    const at = this.#cursor % this.#active.length
    this.#cursor = at + 1
    return {request, instance: this.#active[at]!, overlapBlocks: 0}
  }

  activate(instance: Instance16, nowMs: number): void {
    instance.state = 'active'
    instance.record.readyMs = nowMs
    instance.latest?.activated(nowMs)
    this.#refreshActive()
  }

  /** Brings the count of active and starting instances to `target`. */
  applyScaling(target: number, nowMs: number): void {
    let count = this.#instances.length - this.#draining.length
    for (; count < target; count++) {
      const startupMs = this.#options.startup.readyAfterMs(this.#nextId, nowMs)
      this.#create(nowMs, startupMs)
    }
    for (; count > target; count--) this.#shrink(nowMs)
    this.#refreshActive()
    this.removeDrained(nowMs)
  }

  /** True if there were any. */
  removeDrained(nowMs: number): boolean {
    if (this.#draining.length === 0) return false
    const left = this.#draining.filter(({isBusy, scheduler}) => isBusy || !scheduler.isEmpty)
    if (left.length === this.#draining.length) return false
    for (const instance of this.#draining) if (!left.includes(instance)) this.#remove(instance, nowMs)
    this.#draining = left
    return true
  }

  /** Instances that drain, by ascending number. */
  get draining(): readonly Instance16[] {
    return this.#draining
  }

  /** Takes a draining instance away whatever it has to do; its requests were taken off the router before. */
  end(instance: Instance16, nowMs: number): void {
    this.#draining = this.#draining.filter(other => other !== instance)
    this.#remove(instance, nowMs)
  }

  countTime(seconds: number): void {
    this.workerSeconds += this.#instances.length * seconds
  }

  /** First those that start, then those that serve; the newest first. */
  #shrink(nowMs: number): void {
    const starting = this.#instances.findLast(({state}) => state === 'starting')
    if (starting !== undefined) {
      starting.record.drainMs = nowMs
      this.#remove(starting, nowMs)
      return
    }
    const active = this.#instances.findLast(({state}) => state === 'active')!
    active.state = 'draining'
    active.record.drainMs = nowMs
    // Earlier ones may have lower numbers: those that serve come and go between two shrinkings.
    this.#draining = this.#instances.filter(({state}) => state === 'draining')
  }

  #create(nowMs: number, startupMs: number): void {
    const {heap, instances, component, loads} = this.#options
    const id = this.#nextId++
    const subject = this.#options.firstSubject + id
    const isStarting = startupMs > 0
    const record = lifeStart({id, component}, nowMs, isStarting)
    const slowPasses = isStarting ? this.#options.startup.slowPasses : undefined
    const instance: Instance16 = {
      subject,
      id,
      component,
      scheduler: this.#options.createScheduler(
        this.#caches === null ? null : new KvEventLog(),
        perfOfNew(this.#options.perf, slowPasses, record),
      ),
      slowPasses: slowPasses?.passes ?? 0,
      state: isStarting ? 'starting' : 'active',
      isBusy: false,
      isReady: false,
      pendingStartMs: 0,
      pending: null,
      plan: null,
      planRank: 0,
      deferred: [],
      latest: this.#options.isObserved ? new LatestPass(nowMs) : null,
      lane: this.#freeLanes.pop() ?? this.#laneCount++,
      caches: this.#caches,
      record,
      load: loads.addInstance(nowMs),
      endMs: Number.NaN,
      inbox: [],
    }
    instances.set(subject, instance)
    this.#instances.push(instance)
    this.lives.push(instance)
    if (isStarting) heap.push(nowMs + startupMs, INSTANCE_READY, subject)
  }

  #remove(instance: Instance16, nowMs: number): void {
    instance.scheduler.retire?.()
    instance.record.exitMs = nowMs
    this.#options.instances.delete(instance.subject)
    this.#caches?.forget(instance.lane, instance.scheduler)
    // Of a request that was handed over the router may be told later.
    if (this.router?.isClear(instance.lane) !== false) this.#freeLanes.push(instance.lane)
    this.#instances = this.#instances.filter(other => other !== instance)
  }

  #refreshActive(): void {
    this.#active = this.#instances.filter(({state}) => state === 'active')
    this.router?.setRegistered(this.#active)
  }
}
