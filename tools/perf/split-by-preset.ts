import type {BackendName, SystemName} from '../../src/config/gpus.ts'
import type {Release} from '../../src/config/release.ts'
import {OWN_TIERS, type OwnTier} from '../../src/perf/aic/request/own-tiers.ts'
import {candidateSplits} from '../../src/perf/aic/request/parallelism.ts'
import {
  ATTENTION_TIER,
  attentionTier,
  gemmTier,
  LATENT_TIER,
  moeTier,
  needsOf,
} from '../../src/perf/aic/request/requirements.ts'
import {type GemmTable, sitesNeeded} from '../../src/perf/aic/tables/gemm-sites.ts'
import {gemmTableMode, TableSet, tableKey} from '../../src/perf/aic/tables/tables.ts'
import {CATALOGUE} from '../../src/perf/models/catalogue.ts'
import type {PackContent} from './encode-pack.ts'
import type {CurveTable, GridTable} from './nested-table.ts'
import type {GemmSite, PairTables} from './pair-tables.ts'

/** The first file answers every preset at TP 1, 2, 4 and 8; each further file completes one kind of table. */
export function splitByPreset(
  tables: PairTables,
  system: SystemName,
  backend: BackendName,
  release: Release,
): {core: PackContent; tiers: Record<string, PackContent>} {
  const needs = presetNeeds(tables, system, backend, release)
  const known = new Set([...tables.grids, ...tables.curves].map(({kind, key}) => sliceName(kind, key)))
  const isCore = (kind: string, key: string) => !TIERED.has(kind) || needs.slices.has(sliceName(kind, key))
  // A plain attention variant that does not exist equals the preferred one; it is no gap.
  const absent = [...needs.slices].filter(name => !known.has(name)).sort()
  const core: PackContent = {
    gemm: [...tables.gemm].map(([mode, sites]) => ({mode, sites, kept: needs.sites})),
    grids: tables.grids.filter(({kind, key}) => isCore(kind, key)),
    curves: tables.curves.filter(({kind, key}) => isCore(kind, key)),
    distributions: tables.distributions,
    absent: absent.map(splitName),
  }
  return {core, tiers: restByTier(tables, needs.sites, isCore)}
}

const ATTENTION_KINDS = ['context', 'generation', 'context_plain', 'generation_plain']
const MODULE_KINDS = ['mla_context_module', 'mla_generation_module']
const LATENT_KINDS = ['context_mla', 'generation_mla', ...MODULE_KINDS]
const TIERED = new Set([...ATTENTION_KINDS, ...LATENT_KINDS, 'moe', 'recurrent', 'recurrent_step'])
export const EMPTY_PACK: PackContent = {gemm: [], grids: [], curves: [], distributions: {}, absent: []}

/** A module table is wanted whatever the native heads it was measured with, the last part of its key. */
function sliceName(kind: string, key: string): string {
  return tableKey(kind, MODULE_KINDS.includes(kind) ? key.slice(0, key.lastIndexOf('|')) : key)
}

function restByTier(
  tables: PairTables,
  coreSites: ReadonlySet<GemmSite>,
  isCore: (kind: string, key: string) => boolean,
): Record<string, PackContent> {
  const tiers: Record<string, PackContent> = {}
  for (const [mode, sites] of tables.gemm) {
    const kept = new Set(sites.filter(site => !coreSites.has(site)))
    if (kept.size > 0) tiers[gemmTier(mode)] = {...EMPTY_PACK, gemm: [{mode, sites, kept}]}
  }
  const curves = tables.curves.filter(({kind, key}) => !isCore(kind, key))
  for (const mode of Object.keys(tables.distributions).sort()) {
    const ofMode = curves.filter(({key}) => key.split('|')[1] === mode)
    if (ofMode.length > 0) tiers[moeTier(mode)] = {...EMPTY_PACK, curves: ofMode}
  }
  for (const tier of [ATTENTION_TIER, LATENT_TIER, ...OWN_TIERS]) {
    const grids = tables.grids.filter(grid => gridTier(grid) === tier && !isCore(grid.kind, grid.key))
    const own = curves.filter(curve => curveTier(curve) === tier)
    if (grids.length + own.length > 0) tiers[tier] = {...EMPTY_PACK, grids, curves: own}
  }
  return tiers
}

/** null = curves of experts, which have files by format, or such that every first file holds. */
export function curveTier({kind}: CurveTable): OwnTier | null {
  return kind === 'recurrent_step' ? 'deltanet' : null
}

/** null = a table that every first file holds. */
export function gridTier({kind, key}: GridTable): string | null {
  if (kind === 'recurrent') return key.startsWith('mamba2|') ? 'mamba' : 'deltanet'
  if (ATTENTION_KINDS.includes(kind)) return attentionTier(Number(key.slice(key.lastIndexOf('|') + 1)))
  return LATENT_KINDS.includes(kind) ? LATENT_TIER : null
}

interface Needs {
  readonly sites: ReadonlySet<GemmSite>
  /** Kind and key of tables over sequences and experts. */
  readonly slices: ReadonlySet<string>
}

function presetNeeds(tables: PairTables, system: SystemName, backend: BackendName, release: Release): Needs {
  const sites = new Set<GemmSite>()
  const slices = new Set<string>()
  const geometry = new Map([...tables.gemm].map(([mode, list]) => [mode, geometryOnly(list)]))
  const distributions = new TableSet()
  for (const [mode, names] of Object.entries(tables.distributions))
    distributions.setDistributions(mode, names)
  for (const {model, preset} of CATALOGUE) {
    if (!preset) continue
    for (const request of candidateSplits({release, system, backend, model})) {
      for (const need of needsOf({...request, system, backend}, distributions)) {
        if (need.kind !== 'gemm') slices.add(tableKey(need.kind, need.key))
        else for (const site of sitesOf(need.op)) sites.add(site)
      }
    }
  }
  return {sites, slices}

  function sitesOf(op: {mode: Parameters<typeof gemmTableMode>[0]; n: number; k: number}): GemmSite[] {
    const mode = gemmTableMode(op.mode)
    const table = geometry.get(mode)
    return table === undefined
      ? []
      : sitesNeeded(table, op.n, op.k).map(site => tables.gemm.get(mode)![site]!)
  }
}

function geometryOnly(sites: readonly GemmSite[]): GemmTable {
  const sweeps = new Map<string, Float64Array>()
  const m = sites.map(site => {
    const rows = site.points.map(([x]) => x)
    const known = sweeps.get(rows.join()) ?? Float64Array.from(rows)
    sweeps.set(rows.join(), known)
    return known
  })
  return {
    n: Float64Array.from(sites.map(site => site.n)),
    k: Float64Array.from(sites.map(site => site.k)),
    m,
    latency: sites.map(() => null),
  }
}

function splitName(name: string): PackContent['absent'][number] {
  const at = name.indexOf('|')
  return {kind: name.slice(0, at) as PackContent['absent'][number]['kind'], key: name.slice(at + 1)}
}
