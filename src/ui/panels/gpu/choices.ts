import {DEFAULT_SYSTEM} from '../../../config/gpus.ts'
import type {GpuOffer, OfferedModel, OfferedSplit} from '../../../perf/aic/request/offer.ts'

/** An entry of a select: what it writes, and why it cannot be chosen. */
export interface Choice {
  readonly value: string
  readonly label: string
  /** null = it can be chosen. */
  readonly problem: string | null
}

/** The GPU fields of a pool as they stand in the form. */
export interface GpuDraft {
  readonly aic_system: string
  readonly aic_backend: string
  readonly aic_model_path: string
  readonly aic_tp_size: string
  readonly aic_moe_tp_size: string
  readonly aic_moe_ep_size: string
  readonly aic_attention_dp_size: string
}
export type GpuField = keyof GpuDraft

export const GPU_FIELDS: readonly GpuField[] = [
  'aic_system',
  'aic_backend',
  'aic_model_path',
  'aic_tp_size',
  'aic_attention_dp_size',
  'aic_moe_tp_size',
  'aic_moe_ep_size',
]
/** Fields that mean something for models with experts only. */
const EXPERT_FIELDS: readonly GpuField[] = ['aic_attention_dp_size', 'aic_moe_tp_size', 'aic_moe_ep_size']

/** What an empty field stands for in the reference. */
const WHEN_EMPTY: GpuDraft = {
  aic_system: DEFAULT_SYSTEM,
  aic_backend: '',
  aic_model_path: '',
  aic_tp_size: '1',
  aic_moe_tp_size: '1',
  aic_moe_ep_size: '1',
  aic_attention_dp_size: '1',
}

/** The fields to show: expert fields when the model has experts, or when one of them is set. */
export function shownFields(offer: GpuOffer, draft: GpuDraft): readonly GpuField[] {
  const hasExperts = modelAnywhere(offer, draft)?.hasExperts ?? false
  const isSet = EXPERT_FIELDS.some(field => draft[field] !== '' && draft[field] !== '1')
  return hasExperts || isSet ? GPU_FIELDS : GPU_FIELDS.filter(field => !EXPERT_FIELDS.includes(field))
}

/** The entries of one field, given the others; the current value is among them whatever it is. */
export function choicesFor(field: GpuField, offer: GpuOffer, draft: GpuDraft): readonly Choice[] {
  const choices = offered(field, offer, resolved(offer, draft))
  if (choices.some(({value}) => value === draft[field])) return choices
  return [{value: draft[field], label: labelOfOther(field, offer, draft), problem: null}, ...choices]
}

function labelOfOther(field: GpuField, offer: GpuOffer, draft: GpuDraft): string {
  const value = draft[field]
  if (value === '') return WHEN_EMPTY[field] === '' ? 'none' : `${WHEN_EMPTY[field]} (default)`
  const alias = offer.aliases[value.toLowerCase()]
  return alias === undefined ? `${value} (not offered)` : `${value} (${alias})`
}

function offered(field: GpuField, offer: GpuOffer, now: GpuDraft): Choice[] {
  switch (field) {
    case 'aic_system':
      return unique(offer.pairs.map(pair => pair.system)).map(system => ({
        value: system,
        label: system,
        problem: problemOf(offer, {...now, aic_system: system}),
      }))
    case 'aic_backend':
      return unique(offer.pairs.map(pair => pair.backend)).map(backend => ({
        value: backend,
        label: `${backend} ${versionOf(offer, now.aic_system, backend)}`,
        problem: problemOf(offer, {...now, aic_backend: backend}),
      }))
    case 'aic_model_path':
      return Object.keys(offer.pairs[0]?.models ?? {}).map(model => ({
        value: model,
        label: model,
        problem: problemOf(offer, {...now, aic_model_path: model}),
      }))
    default:
      return sizeChoices(field, offer, now)
  }
}

/** Measured version of a backend on a GPU; on an unknown GPU, on the first that has it. */
function versionOf({pairs}: GpuOffer, system: string, backend: string): string {
  const ofBackend = pairs.filter(pair => pair.backend === backend)
  return (ofBackend.find(pair => pair.system === system) ?? ofBackend[0])?.version ?? ''
}

const SIZE_OF = {
  aic_tp_size: 'tp',
  aic_attention_dp_size: 'attentionDp',
  aic_moe_tp_size: 'moeTp',
  aic_moe_ep_size: 'moeEp',
} as const satisfies Partial<Record<GpuField, keyof OfferedSplit>>
type SizeField = keyof typeof SIZE_OF

function isSizeField(field: GpuField): field is SizeField {
  return field in SIZE_OF
}

/** Of the sizes given before it in the form, a size keeps those; the sizes after it follow. */
const FIXED_BEFORE: Readonly<Record<SizeField, readonly SizeField[]>> = {
  aic_tp_size: [],
  aic_attention_dp_size: ['aic_tp_size'],
  aic_moe_tp_size: ['aic_tp_size', 'aic_attention_dp_size'],
  aic_moe_ep_size: ['aic_tp_size', 'aic_attention_dp_size'],
}

function sizeChoices(field: SizeField, offer: GpuOffer, now: GpuDraft): Choice[] {
  const splits = modelOf(offer, now)?.splits ?? []
  const kept = splits.filter(split =>
    FIXED_BEFORE[field].every(name => split[SIZE_OF[name]] === Number(now[name])),
  )
  return unique(kept.map(split => split[SIZE_OF[field]]))
    .sort((a, b) => a - b)
    .map(size => {
      const same = kept.filter(split => split[SIZE_OF[field]] === size)
      const problem = same.some(split => split.problem === null) ? null : (same[0]?.problem ?? null)
      return {value: String(size), label: String(size), problem}
    })
}

/** Why no split of the model can be predicted there. */
function problemOf(offer: GpuOffer, draft: GpuDraft): string | null {
  if (draft.aic_backend === '' || draft.aic_model_path === '') return null
  const model = modelOf(offer, draft)
  if (model === null) return null
  return model.splits.some(split => split.problem === null)
    ? null
    : (commonest(model.splits) ?? 'not measured')
}

/** A problem of one size alone would not explain why every size fails. */
function commonest(splits: readonly OfferedSplit[]): string | null {
  const problems = splits.flatMap(({problem}) => problem ?? [])
  const count = (problem: string) => problems.filter(other => other === problem).length
  return problems.reduce<string | null>(
    (best, problem) => (best === null || count(problem) > count(best) ? problem : best),
    null,
  )
}

/** What choosing a value writes: the field itself, and sizes that would no longer fit. */
export function changesFor(
  field: GpuField,
  value: string,
  offer: GpuOffer,
  draft: GpuDraft,
): Partial<GpuDraft> {
  const now = resolved(offer, {...draft, [field]: value})
  const model = modelOf(offer, now)
  if (model === null) return {[field]: value}
  const split = nearestSplit(model, now, isSizeField(field) ? field : null)
  if (split === null) return {[field]: value}
  const written: Partial<Record<GpuField, string>> = {[field]: value}
  for (const name of Object.keys(SIZE_OF) as SizeField[]) {
    const size = String(split[SIZE_OF[name]])
    const isExpertField = EXPERT_FIELDS.includes(name)
    if (isExpertField && !model.hasExperts) {
      if (draft[name] !== '') written[name] = ''
    } else if (isExpertField || size !== now[name]) written[name] = size
  }
  return written
}

/** The predictable split closest to the wanted sizes; the field just chosen is not bent. */
function nearestSplit(model: OfferedModel, wanted: GpuDraft, chosen: SizeField | null): OfferedSplit | null {
  const fixed = chosen === null ? [] : [...FIXED_BEFORE[chosen], chosen]
  const possible = model.splits.filter(
    split => split.problem === null && fixed.every(name => split[SIZE_OF[name]] === Number(wanted[name])),
  )
  const away = (split: OfferedSplit) =>
    (Object.keys(SIZE_OF) as SizeField[]).reduce(
      (sum, name) => sum + Math.abs(Math.log2(split[SIZE_OF[name]] / (Number(wanted[name]) || 1))),
      // A split the tables were asked for is the safer choice.
      split.isKnown ? 0 : 0.5,
    )
  return possible.reduce<OfferedSplit | null>(
    (best, split) => (best === null || away(split) < away(best) ? split : best),
    null,
  )
}

/** Whether the form's engine is one that the tables answer, as far as is known without loading them. */
export function standingOf(offer: GpuOffer, draft: GpuDraft): 'unnamed' | 'good' | 'unknown' {
  if (draft.aic_backend === '' || draft.aic_model_path === '') return 'unnamed'
  const now = resolved(offer, draft)
  const split = modelOf(offer, now)?.splits.find(candidate =>
    (Object.keys(SIZE_OF) as SizeField[]).every(name => candidate[SIZE_OF[name]] === Number(now[name])),
  )
  return split?.isKnown && split.problem === null ? 'good' : 'unknown'
}

/** GPUs of one engine. */
export function gpusOf(draft: GpuDraft): number {
  return (Number(draft.aic_tp_size) || 1) * (Number(draft.aic_attention_dp_size) || 1)
}

/** Aliases and empty fields replaced by what they mean. */
function resolved(offer: GpuOffer, draft: GpuDraft): GpuDraft {
  const filled = Object.fromEntries(
    GPU_FIELDS.map(field => [field, draft[field] || WHEN_EMPTY[field]]),
  ) as unknown as GpuDraft
  const named = (name: string) => offer.aliases[name.toLowerCase()] ?? name
  return {
    ...filled,
    aic_system: named(filled.aic_system),
    aic_backend: named(filled.aic_backend),
    aic_model_path: named(filled.aic_model_path),
  }
}

function modelOf(offer: GpuOffer, draft: GpuDraft): OfferedModel | null {
  const pair = offer.pairs.find(
    ({system, backend}) => system === draft.aic_system && backend === draft.aic_backend,
  )
  return findById(pair?.models ?? {}, draft.aic_model_path)
}

function modelAnywhere(offer: GpuOffer, draft: GpuDraft): OfferedModel | null {
  return findById(offer.pairs[0]?.models ?? {}, draft.aic_model_path)
}

function findById(models: Readonly<Record<string, OfferedModel>>, id: string): OfferedModel | null {
  const wanted = id.toLowerCase()
  return Object.entries(models).find(([name]) => name.toLowerCase() === wanted)?.[1] ?? null
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Set(items)]
}
