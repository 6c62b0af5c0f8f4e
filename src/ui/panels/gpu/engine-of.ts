import type {AicArgs} from '../../../perf/aic/request/request.ts'
import type {FormPart} from '../../model/scenario/form-parts.ts'
import type {ScenarioState} from '../../model/scenario/scenario.svelte.ts'
import {GPU_FIELDS, type GpuDraft} from './choices.ts'

/** The GPU fields of a pool as they stand in the form, even while other fields are wrong. */
export function gpuDraftOf(scenario: ScenarioState, part: FormPart): GpuDraft {
  return Object.fromEntries(
    GPU_FIELDS.map(key => [key, String(scenario.draft(part, key)).trim()]),
  ) as unknown as GpuDraft
}

/** The same as engine args. */
export function aicArgsOf(scenario: ScenarioState, part: FormPart): AicArgs {
  const draft = gpuDraftOf(scenario, part)
  const text = (value: string) => (value === '' ? null : value)
  const size = (value: string) => (value === '' ? null : Number(value))
  return {
    aic_system: text(draft.aic_system),
    aic_backend: text(draft.aic_backend),
    aic_backend_version: text(String(scenario.draft(part, 'aic_backend_version')).trim()),
    aic_model_path: text(draft.aic_model_path),
    aic_tp_size: size(draft.aic_tp_size),
    aic_moe_tp_size: size(draft.aic_moe_tp_size),
    aic_moe_ep_size: size(draft.aic_moe_ep_size),
    aic_attention_dp_size: size(draft.aic_attention_dp_size),
  }
}
