import {FIRST_RELEASE} from '../config/release.ts'
import {ok} from '../core/result.ts'
import {type FetchPerfFile, loadManifest} from '../perf/aic/load-manifest.ts'
import {computeOffer} from '../perf/aic/request/offer.ts'
import {CATALOGUE_MODELS} from '../perf/models/catalogue.ts'
import type {GpuApi} from './gpu-protocol.ts'

/** What GPUs and models the tables hold. The page asks when it opens, so this leans on no part of the simulation. */
export function createGpuOffer(fetchPerfFile: FetchPerfFile): GpuApi['gpuOffer'] {
  return async (models, release = FIRST_RELEASE) => {
    const manifest = await loadManifest(fetchPerfFile, release)
    return manifest.ok ? ok(computeOffer(manifest.value, models, CATALOGUE_MODELS)) : manifest
  }
}
