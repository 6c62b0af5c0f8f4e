import {type BackendName, COMMON_SYSTEMS, SYSTEMS, type SystemName} from '../../../config/gpus.ts'
import {findModel} from '../../models/catalogue.ts'
import type {ModelConfig} from '../../models/model-config.ts'
import {SAME_MODELS} from '../../models/same-models.ts'
import {hasUnitsFor, unitsOf} from '../operators/quant-modes.ts'
import type {Manifest, PackPair} from '../tables/manifest.ts'
import {parallelismViolation, TP_SIZES} from './parallelism.ts'
import {BACKEND_ALIASES, SYSTEM_ALIASES} from './request.ts'

/** What a form can offer: every GPU and backend with tables, and how each model can be spread there. */
export interface GpuOffer {
  readonly pairs: readonly OfferedPair[]
  /** Those whose times are drawn side by side unasked. */
  readonly commonSystems: readonly SystemName[]
  /** Other names of systems, backends and models, lower case. */
  readonly aliases: Readonly<Record<string, string>>
}

export interface OfferedPair {
  readonly system: SystemName
  readonly backend: BackendName
  readonly version: string
  /** By model id; the user's own models come first. */
  readonly models: Readonly<Record<string, OfferedModel>>
}

export interface OfferedModel {
  readonly hasExperts: boolean
  readonly splits: readonly OfferedSplit[]
}

/** One way to spread an engine over GPUs: 1 x 1 experts for dense models. */
export interface OfferedSplit {
  readonly tp: number
  readonly attentionDp: number
  readonly moeTp: number
  readonly moeEp: number
  /** Why it cannot be predicted; null = it can, or nobody has tried yet. */
  readonly problem: string | null
  /** Whether the tables were asked for it; the model's own config.json and unusual splits are asked when chosen. */
  readonly isKnown: boolean
}

export function computeOffer(
  manifest: Manifest,
  own: readonly ModelConfig[],
  catalogue: readonly ModelConfig[],
): GpuOffer {
  const models = [...own, ...catalogue.filter(({id}) => findModel(own, id) === null)]
  return {
    commonSystems: COMMON_SYSTEMS,
    aliases: {...SYSTEM_ALIASES, ...BACKEND_ALIASES, ...Object.fromEntries(SAME_MODELS)},
    pairs: manifest.pairs.map(pair => ({
      system: pair.system,
      backend: pair.backend,
      version: pair.version,
      models: Object.fromEntries(
        models.map(model => [model.id, offerModel(pair, model, own.includes(model))]),
      ),
    })),
  }
}

function offerModel(pair: PackPair, model: ModelConfig, isOwn: boolean): OfferedModel {
  const splits = allSplits(model).map(split => offerSplit(pair, model, isOwn, split))
  return {hasExperts: model.experts !== null, splits}
}

type Split = Pick<OfferedSplit, 'tp' | 'attentionDp' | 'moeTp' | 'moeEp'>

/** GPUs of the largest engine that is offered: a node of most systems. */
const LARGEST_ENGINE = 8

/** Every division of an engine within them; experts may be divided both ways at once. */
function allSplits({experts}: ModelConfig): Split[] {
  if (experts === null) return TP_SIZES.map(tp => ({tp, attentionDp: 1, moeTp: 1, moeEp: 1}))
  return TP_SIZES.flatMap(tp =>
    TP_SIZES.filter(attentionDp => tp * attentionDp <= LARGEST_ENGINE).flatMap(attentionDp => {
      const gpus = tp * attentionDp
      return TP_SIZES.filter(moeTp => gpus % moeTp === 0).map(moeTp => ({
        tp,
        attentionDp,
        moeTp,
        moeEp: gpus / moeTp,
      }))
    }),
  )
}

function offerSplit(pair: PackPair, model: ModelConfig, isOwn: boolean, split: Split): OfferedSplit {
  const {system, backend} = pair
  const impossible = formatProblem(system, model) ?? parallelismViolation({model, ...split})?.message ?? null
  if (impossible !== null) return {...split, problem: impossible, isKnown: true}
  const isTried = !isOwn && split.attentionDp === 1 && (split.moeTp === 1 || split.moeEp === 1)
  if (!isTried) return {...split, problem: null, isKnown: false}
  const isMeasured = pair.engines[model.id]?.some(
    ([tp, moeTp, moeEp]) => tp === split.tp && moeTp === split.moeTp && moeEp === split.moeEp,
  )
  return {...split, problem: isMeasured ? null : `not measured for ${backend} on ${system}`, isKnown: true}
}

function formatProblem(system: SystemName, {quant, experts}: ModelConfig): string | null {
  const modes = experts === null ? [quant.gemm] : [quant.gemm, quant.moe]
  const lacking = modes.find(mode => !hasUnitsFor(SYSTEMS[system], mode))
  return lacking === undefined ? null : `${system} has no ${unitsOf(lacking)} units`
}
