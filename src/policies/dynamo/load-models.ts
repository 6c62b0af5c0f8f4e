import type {PlannerConfig} from '../../config/scenario.ts'
import type {ForwardPasses, PoolObservation} from '../../engine/observation.ts'
import type {BenchmarkPoints} from './bootstrap.ts'
import {emptyPasses, InstanceCache} from './instance-cache.ts'
import {AggModel} from './regression/agg-model.ts'
import {DecodeModel} from './regression/decode-model.ts'
import {PrefillModel} from './regression/prefill-model.ts'

/** The regressions of one fleet; targets other than `sla` have none. */
export type LoadModels =
  | {readonly kind: 'none'}
  | {readonly kind: 'agg'; readonly agg: AggModel}
  | {readonly kind: 'disagg'; readonly prefill: PrefillModel; readonly decode: DecodeModel}

export function createLoadModels(config: PlannerConfig, topology: 'agg' | 'disagg'): LoadModels {
  if (config.optimization_target !== 'sla') return {kind: 'none'}
  const options = {
    maxSamples: config.max_num_fpm_samples,
    bucketCount: config.fpm_sample_bucket_size,
    minObservations: config.load_min_observations,
  }
  if (topology === 'agg') return {kind: 'agg', agg: new AggModel(options)}
  return {kind: 'disagg', prefill: new PrefillModel(options), decode: new DecodeModel(options)}
}

/** Loads benchmark points as if they were passes of an instance, in order (planner.md 9, step 5). */
export function loadBenchmark(models: LoadModels, points: BenchmarkPoints): void {
  const prefill = prefillPasses(points)
  const decode = decodePasses(points)
  if (models.kind === 'agg') {
    for (let i = 0; i < prefill.count; i++) models.agg.addObservation(prefill, i)
    for (let i = 0; i < decode.count; i++) models.agg.addObservation(decode, i)
  } else if (models.kind === 'disagg' && prefill.count > 0 && decode.count > 0) {
    for (let i = 0; i < prefill.count; i++) models.prefill.addObservation(prefill, i)
    for (let i = 0; i < decode.count; i++) models.decode.addObservation(decode, i)
  }
}

/** Both pools' caches of last passes. */
export interface InstanceCaches {
  readonly prefill: InstanceCache
  readonly decode: InstanceCache
}

export function createInstanceCaches(): InstanceCaches {
  return {prefill: new InstanceCache(), decode: new InstanceCache()}
}

/**
 * Feeds a window's passes, all but each instance's last, which `addCachedPasses` adds later. Throughput scaling of
 * the same tick runs in between and so does not see the last ones.
 */
export function addEarlierPasses(
  models: LoadModels,
  caches: InstanceCaches,
  pools: {readonly prefill: PoolObservation; readonly decode: PoolObservation},
): void {
  if (models.kind === 'agg') {
    const {agg} = models
    caches.decode.eachEarlierPass(pools.decode.passes, (passes, i) => agg.addObservation(passes, i))
  } else if (models.kind === 'disagg') {
    const {prefill, decode} = models
    caches.prefill.eachEarlierPass(pools.prefill.passes, (passes, i) => prefill.addObservation(passes, i))
    caches.decode.eachEarlierPass(pools.decode.passes, (passes, i) => decode.addObservation(passes, i))
  }
}

/** A cached pass is added at every load tick, also when its instance has done nothing since. */
export function addCachedPasses(models: LoadModels, caches: InstanceCaches): void {
  if (models.kind === 'agg') {
    const {agg} = models
    caches.decode.eachCachedPass((passes, row) => agg.addObservation(passes, row))
  } else if (models.kind === 'disagg') {
    const {prefill, decode} = models
    caches.prefill.eachCachedPass((passes, row) => prefill.addObservation(passes, row))
    caches.decode.eachCachedPass((passes, row) => decode.addObservation(passes, row))
  }
}

function prefillPasses({prefill}: BenchmarkPoints): ForwardPasses {
  const passes = {...emptyPasses(prefill.length), count: prefill.length}
  for (const [i, point] of prefill.entries()) {
    passes.wallTimeS[i] = point.wallS
    passes.numPrefillRequests[i] = 1
    passes.sumPrefillTokens[i] = point.tokens
  }
  return passes
}

function decodePasses({decode}: BenchmarkPoints): ForwardPasses {
  const passes = {...emptyPasses(decode.length), count: decode.length}
  for (const [i, point] of decode.entries()) {
    passes.wallTimeS[i] = point.wallS
    passes.numDecodeRequests[i] = point.requests
    passes.sumDecodeKvTokens[i] = point.kvTokens
  }
  return passes
}
