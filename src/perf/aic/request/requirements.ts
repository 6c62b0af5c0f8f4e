import type {BackendName} from '../../../config/gpus.ts'
import {moeShape} from '../operators/evaluate-moe.ts'
import {recurrentKeys} from '../operators/evaluate-recurrent.ts'
import {stateSpaceKey} from '../operators/evaluate-state-space.ts'
import {buildOpLists} from '../operators/op-lists.ts'
import {flattenOps, type GemmOp, type Op, type Phase} from '../operators/ops.ts'
import {type QuantModes, quantModesFor} from '../operators/quant-modes.ts'
import {sitesNeeded} from '../tables/gemm-sites.ts'
import type {PackFile, PackPair} from '../tables/manifest.ts'
import {
  attentionKey,
  type GridKind,
  gemmTableMode,
  moeKey,
  type TableSet,
  tableKey,
} from '../tables/tables.ts'
import type {OwnTier} from './own-tiers.ts'
import {parallelismOf} from './parallelism.ts'
import type {ResolvedAicRequest} from './request.ts'

/** Names of the second-tier files. */
export function gemmTier(mode: string): string {
  return `gemm.${mode}`
}

export function moeTier(mode: string): string {
  return `moe.${mode}`
}

export const ATTENTION_TIER = 'attention'
export const LATENT_TIER = 'latent'
/** gpt-oss and the models that share its window read no more for the sake of others. */
export function attentionTier(window: number): typeof ATTENTION_TIER | OwnTier {
  return window === 0 || window === 128 ? ATTENTION_TIER : 'window'
}

/** A table an operator reads, named as in the packs, or the GEMM shape it needs. */
export type Need =
  | {readonly kind: GridKind | 'moe' | 'recurrent_step'; readonly key: string; readonly tier: string}
  | {readonly kind: 'gemm'; readonly op: GemmOp; readonly tier: string}

/**
 * What a model may look up, fallbacks included. Tables so small that every pack holds them
 * whole (collectives, scaling passes, latent projections) are left out.
 */
export function needsOf(request: Omit<ResolvedAicRequest, 'version' | 'notices'>, tables: TableSet): Need[] {
  const lists = buildOpLists(request.model, parallelismOf(request), request.backend)
  const modes = quantModesFor(request)
  return PHASES.flatMap(phase =>
    flattenOps(lists[phase]).flatMap(op => needsOfOp(op, phase, {modes, tables, backend: request.backend})),
  )
}

const PHASES: readonly Phase[] = ['context', 'generation']

interface Asked {
  readonly modes: QuantModes
  readonly tables: TableSet
  readonly backend: BackendName
}

function needsOfOp(op: Op, phase: Phase, {modes, tables, backend}: Asked): Need[] {
  const {fmha, kvcache} = modes
  switch (op.kind) {
    case 'gemm':
      return [{kind: 'gemm', op, tier: gemmTier(gemmTableMode(op.mode))}]
    case 'moe': {
      const variants = op.mode === 'nvfp4' ? [false, true] : [false]
      return variants.map(lowLatency => {
        return {kind: 'moe', key: moeKey(moeShape(op, tables, lowLatency)), tier: moeTier(op.mode)}
      })
    }
    case 'attention': {
      const kvHeads = op.heads === op.kvHeads ? 0 : op.kvHeads
      const key = attentionKey(phase, {
        fmha,
        kvCache: kvcache,
        kvHeads,
        headDim: op.headDim,
        window: op.window,
      })
      // A plain variant exists only where the kernel choice differs.
      return [
        {kind: phase, key, tier: attentionTier(op.window)},
        ...(op.lane === 'plain' ? [{kind: `${phase}_plain` as const, key, tier: ATTENTION_TIER}] : []),
      ]
    }
    case 'latent_attention':
      return phase === 'context'
        ? [{kind: 'context_mla', key: tableKey(fmha, kvcache), tier: LATENT_TIER}]
        : [{kind: 'generation_mla', key: kvcache, tier: LATENT_TIER}]
    case 'latent_module':
      return phase === 'context'
        ? [{kind: 'mla_context_module', key: tableKey(fmha, kvcache, op.mode), tier: LATENT_TIER}]
        : [{kind: 'mla_generation_module', key: tableKey(kvcache, op.mode), tier: LATENT_TIER}]
    case 'recurrent': {
      const kind = phase === 'context' ? 'recurrent' : 'recurrent_step'
      return recurrentKeys(op, backend).map(key => ({kind, key, tier: 'deltanet'}))
    }
    case 'state_space': {
      const key = stateSpaceKey(op, phase, backend)
      return key === null ? [] : [{kind: 'recurrent', key, tier: 'mamba'}]
    }
    default:
      return []
  }
}

/** Files to fetch before the request can be answered in full, given what is loaded. */
export function tiersNeeded(request: ResolvedAicRequest, loaded: TableSet, pair: PackPair): PackFile[] {
  const needs = needsOf(request, loaded)
  const names = new Set(needs.filter(need => !isLoaded(need, loaded)).map(need => need.tier))
  return [...names].flatMap(name => pair.tiers[name] ?? [])
}

function isLoaded(need: Need, loaded: TableSet): boolean {
  if (need.kind === 'gemm') {
    const table = loaded.gemm(need.op.mode)
    if (table === null) return true
    return sitesNeeded(table, need.op.n, need.op.k).every(site => table.latency[site] !== null)
  }
  if (loaded.isAbsent(need.kind, need.key)) return true
  if (need.kind === 'moe' || need.kind === 'recurrent_step') return loaded.curve(need.kind, need.key) !== null
  // Modules carry the native heads of the measured model behind the slice.
  return (
    loaded.grid(need.kind, need.key) !== null || loaded.gridKeys(need.kind, tableKey(need.key, '')).length > 0
  )
}
