import type {EngineArgs, PoolName} from '../../config/scenario.ts'
import {RunError} from '../../core/result.ts'
import type {PerfModel} from '../../perf/perf-model.ts'
import type {Workload} from '../../trace/workload.ts'
import type {EngineGeneration} from '../generation.ts'
import type {PoolObservation} from '../observation.ts'
import {PoolGauges} from '../pool-gauges.ts'
import type {Prompts} from '../prompts.ts'
import {ReadyInstances} from '../ready-instances.ts'
import type {LoadRecorder} from '../record/instance-loads.ts'
import {lifeStart} from '../record/life-start.ts'
import type {RecordedLife} from '../record/lives.ts'
import {PassBuffer} from '../record/pass-buffer.ts'
import type {KvRouter} from '../routing/kv-router.ts'
import {RouterIndex} from '../routing/router-index.ts'
import type {PassObserver, Scheduler, SteadyPassObserver} from '../scheduler.ts'
import {perfOfNew, type StartupModel} from '../startup-model.ts'
import {MAIN_POOL} from '../turn-ranks.ts'
import {type EventQueue, INSTANCE_READY} from './event-queue.ts'
import {type Admission, FROM_QUEUE, type Instance} from './instance.ts'

/** What is left of an instance when it is gone. */
export interface PoolOptions {
  readonly generation: EngineGeneration
  readonly component: PoolName
  readonly args: EngineArgs
  readonly initialWorkers: number
  readonly startup: StartupModel
  readonly perf: PerfModel
  readonly prompts: Prompts
  readonly workload: Workload
  readonly observer: PassObserver
  readonly events: EventQueue
  /** All instances of the run by serial number; shared between pools. */
  readonly instances: (Instance | null)[]
  /** null = round robin. */
  readonly router: KvRouter<Instance> | null
  /** Keep forward-pass snapshots for a planner. */
  readonly keepPasses: boolean
  readonly loads: LoadRecorder
  /** Requests wait while no instance serves, instead of ending the run. */
  readonly parksRequests: boolean
}

/** Equal instances behind one router, and their scaling (engine.md 8.5, 8.6). */
export class InstancePool {
  readonly component: PoolOptions['component']
  readonly args: EngineArgs
  readonly passes = new PassBuffer()
  readonly ready = new ReadyInstances<Instance>()
  readonly keepPasses: boolean
  readonly lives: RecordedLife[] = []
  readonly #options: PoolOptions
  /** Kept for a KV router where the caches themselves hold nothing it could look up. */
  readonly #routerIndex: RouterIndex | null
  /** Ascending ids. */
  #instances: Instance[] = []
  #active: Instance[] = []
  #nextId = 0
  #laneCount = 0
  readonly #freeLanes: number[] = []
  #cursor = 0
  /** Requests that came while nobody served. */
  readonly #parked: number[] = []

  constructor(options: PoolOptions) {
    this.#options = options
    this.component = options.component
    this.args = options.args
    this.keepPasses = options.keepPasses
    const isIndexed = options.router?.hearsCaches === true && !options.args.enable_prefix_caching
    this.#routerIndex = isIndexed ? new RouterIndex(options.prompts) : null
    for (let i = 0; i < options.initialWorkers; i++) this.#create(0, 0)
    this.#refreshActive()
  }

  /** Ascending ids. */
  get instances(): readonly Instance[] {
    return this.#instances
  }

  /** Its timing counts what it is asked: nobody may ask about passes that have other stops then. */
  get countsQuestions(): boolean {
    return this.#options.perf.tally !== undefined
  }

  get hasActive(): boolean {
    return this.#active.length > 0
  }

  observe(): PoolObservation {
    return new PoolGauges(this.#instances, this.queueLength, this.passes)
  }

  /** Requests waiting in the router. */
  get queueLength(): number {
    return (this.#options.router?.queueLength ?? 0) + this.#parked.length
  }

  /** Where a request that arrived goes now; null when the router keeps it. */
  route(request: number, nowMs: number): Admission | null {
    const {router, parksRequests} = this.#options
    if (parksRequests && this.#active.length === 0) {
      this.#parked.push(request)
      return null
    }
    return router === null
      ? {request, instance: this.#nextInTurn(), overlapBlocks: 0}
      : router.arrive(request, nowMs)
  }

  /** The first token of a request is out: the router may now admit others. */
  prefillCompleted(request: number, nowMs: number): readonly Admission[] {
    return this.#options.router?.prefillCompleted(request, nowMs) ?? NO_ADMISSIONS
  }

  /** A request left its instance: the router may now admit others. */
  freed(request: number, nowMs: number): readonly Admission[] {
    return this.#options.router?.freed(request, nowMs) ?? NO_ADMISSIONS
  }

  /** Requests the router can place after the set of instances changed. */
  drainRouter(nowMs: number): readonly Admission[] {
    const queued = this.#options.router?.drain(nowMs) ?? NO_ADMISSIONS
    return this.#parked.length === 0 ? queued : [...queued, ...this.#unpark(nowMs)]
  }

  #unpark(nowMs: number): readonly Admission[] {
    if (this.#active.length === 0) return NO_ADMISSIONS
    const requests = this.#parked.splice(0)
    return requests.map(request => this.route(request, nowMs)).filter(admission => admission !== null)
  }

  /** The next serving instance in turn. The cursor survives scaling; only its remainder changes. */
  #nextInTurn(): Instance {
    const active = this.#active
    if (active.length === 0)
      throw new RunError(`a request arrived while the ${this.component} pool had no instance`)
    const at = this.#cursor % active.length
    this.#cursor = at + 1
    return active[at]!
  }

  applyScaling(target: number, nowMs: number): void {
    const starting = this.#instances.filter(instance => instance.state === 'starting')
    const effective = this.#active.length + starting.length
    for (let i = effective; i < target; i++) {
      this.#create(nowMs, this.#options.startup.readyAfterMs(this.#nextId, nowMs))
    }
    let excess = effective - target
    for (; excess > 0 && starting.length > 0; excess--) this.#cancelStart(starting.pop()!, nowMs)
    for (; excess > 0 && this.#active.length > 0; excess--) this.#drain(this.#active.pop()!, nowMs)
    for (const instance of this.#instances) this.removeIfDrained(instance, nowMs)
    this.#refreshActive()
  }

  /** A starting instance became ready. */
  activate(instance: Instance, nowMs: number): void {
    instance.state = 'active'
    instance.record.readyMs = nowMs
    this.#refreshActive()
  }

  /** Instances that drain, by ascending number. */
  get draining(): readonly Instance[] {
    return this.#instances.filter(({state}) => state === 'draining')
  }

  /** Takes an instance away whatever it has to do; its requests were taken off the router before. */
  end(instance: Instance, nowMs: number): void {
    this.#remove(instance, nowMs)
  }

  /** Takes a draining instance away when it has nothing left to do. */
  removeIfDrained(instance: Instance, nowMs: number): void {
    if (instance.state !== 'draining' || instance.isBusy || instance.inFlight > 0) return
    if (!instance.scheduler.hasRequests) this.#remove(instance, nowMs)
  }

  #create(nowMs: number, readyAfterMs: number): void {
    const {events, instances, component, router} = this.#options
    const serial = instances.length
    const lane = this.#freeLanes.pop() ?? this.#laneCount++
    router?.holders?.reserveLanes(this.#laneCount)
    const state = readyAfterMs > 0 ? 'starting' : 'active'
    const id = this.#nextId++
    const record = lifeStart({id, component}, nowMs, state === 'starting')
    const slowPasses = state === 'starting' ? this.#options.startup.slowPasses : undefined
    const instance: Instance = {
      serial,
      id,
      turn: component === 'prefill' ? id : MAIN_POOL + id,
      lane,
      component,
      scheduler: this.#createScheduler(id, lane, perfOfNew(this.#options.perf, slowPasses, record)),
      slowPasses: slowPasses?.passes ?? 0,
      state,
      isBusy: false,
      isReady: false,
      pending: null,
      plan: null,
      planRank: 0,
      endMs: Number.NaN,
      sinceMs: FROM_QUEUE,
      order: 0,
      inbox: [],
      inFlight: 0,
      steadyObserver: this.keepPasses ? this.#steadyObserver(id) : null,
      zeroPasses: 0,
      zeroPassMs: Number.NaN,
      record,
      load: this.#options.loads.addInstance(nowMs),
    }
    instances.push(instance)
    this.#instances.push(instance)
    this.lives.push({record, load: instance.load})
    if (state === 'starting') events.push(nowMs + readyAfterMs, INSTANCE_READY, serial)
  }

  #createScheduler(id: number, lane: number, perf: PerfModel): Scheduler {
    const {generation, args, prompts, workload, observer, router} = this.#options
    const holders = router?.holders ? {holders: router.holders, lane} : null
    const listener = this.#routerIndex === null ? null : {index: this.#routerIndex, instance: id}
    return generation.createScheduler({args, perf, prompts, workload, observer, listener, holders})
  }

  #steadyObserver(instanceId: number): SteadyPassObserver {
    const passes = this.passes
    return {
      steadyPass: (startMs, endMs, requests, kvTokens) =>
        passes.addDecodeOnly(instanceId, startMs, endMs, requests, kvTokens),
      steadyPasses: (startMs, endMs, count, requests, kvTokens) =>
        passes.addDecodesOnly(instanceId, startMs, endMs, count, requests, kvTokens),
    }
  }

  #cancelStart(instance: Instance, nowMs: number): void {
    instance.record.drainMs = nowMs
    this.#remove(instance, nowMs)
  }

  #drain(instance: Instance, nowMs: number): void {
    instance.state = 'draining'
    instance.record.drainMs = nowMs
  }

  #remove(instance: Instance, nowMs: number): void {
    instance.record.exitMs = nowMs
    this.#options.instances[instance.serial] = null
    instance.scheduler.retire?.()
    this.#freeLanes.push(instance.lane)
    this.#instances = this.#instances.filter(other => other !== instance)
  }

  #refreshActive(): void {
    this.#active = this.#instances.filter(instance => instance.state === 'active')
    this.#options.router?.setRegistered(this.#active)
  }
}

const NO_ADMISSIONS: readonly Admission[] = []
