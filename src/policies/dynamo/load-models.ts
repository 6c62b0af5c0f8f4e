import type {PlannerConfig} from '../../config/scenario.ts'
import type {ForwardPasses, PoolObservation} from '../../engine/observation.ts'
import type {BenchmarkPoints} from './bootstrap.ts'
import {emptyPasses, InstanceCache} from './instance-cache.ts'
import {allRows} from './pass-rows.ts'
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
  const prefill = allRows(prefillPasses(points))
  const decode = allRows(decodePasses(points))
  if (models.kind === 'agg') {
    models.agg.addObservations(prefill)
    models.agg.addObservations(decode)
  } else if (models.kind === 'disagg' && prefill.count > 0 && decode.count > 0) {
    models.prefill.addObservations(prefill)
    models.decode.addObservations(decode)
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
    models.agg.addObservations(caches.decode.earlierPasses(pools.decode.passes))
  } else if (models.kind === 'disagg') {
    models.prefill.addObservations(caches.prefill.earlierPasses(pools.prefill.passes))
    models.decode.addObservations(caches.decode.earlierPasses(pools.decode.passes))
  }
}

/** A cached pass is added at every load tick, also when its instance has done nothing since. */
export function addCachedPasses(models: LoadModels, caches: InstanceCaches): void {
  if (models.kind === 'agg') {
    models.agg.addObservations(caches.decode.cachedPasses())
  } else if (models.kind === 'disagg') {
    models.prefill.addObservations(caches.prefill.cachedPasses())
    models.decode.addObservations(caches.decode.cachedPasses())
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
