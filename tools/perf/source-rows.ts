import {parquetMetadata, parquetReadObjects, parquetSchema} from 'hyparquet'
import {compressors} from 'hyparquet-compressors'
import {parse} from 'yaml'
import {compareVersions, isVersion} from './versions.ts'
import type {WheelData} from './wheel.ts'

export type Row = Readonly<Record<string, string | number | boolean>>

/** The rows of one measured file and where they come from. */
export interface Source {
  readonly backend: string
  readonly version: string
  readonly rows: readonly Row[]
}

interface ReuseGroup {
  readonly op_file: string
  readonly kernel_source: string
  readonly tier: string
  readonly frameworks: readonly string[]
}

interface TablePlace {
  readonly system: string
  readonly backend: string
  readonly version: string
  /** Directory of the table, e.g. `gemm`. */
  readonly family: string
  /** File name without `_perf.parquet`. */
  readonly table: string
}

/**
 * The files that make up one table, in order of precedence: the wanted version, the versions it names as donors, the
 * same backend's earlier versions nearest first, then rows of other backends measured with a kernel the package declares shared
 * (perf-model-012.md 7.1, perf-model-013.md 4.1). The first row with a key wins.
 */
export async function readSources(data: WheelData, place: TablePlace): Promise<Source[]> {
  const {backend, version} = place
  const sources: Source[] = []
  const older = versionsOf(data, place, backend).filter(candidate => compareVersions(candidate, version) < 0)
  for (const candidate of new Set([version, ...donorsOf(data, place), ...older])) {
    const rows = await readRows(data, place, backend, candidate)
    if (rows !== null) sources.push({backend, version: candidate, rows})
  }
  if (place.family === 'comm') return sources
  const shared = sharedKernels(data, place)
  for (const other of data.list(`data/${place.system}/${place.family}/`)) {
    if (other === backend) continue
    for (const candidate of versionsOf(data, place, other)) {
      const rows = (await readRows(data, place, other, candidate))?.filter(row =>
        shared.has(String(row.kernel_source)),
      )
      if (rows !== undefined && rows.length > 0) sources.push({backend: other, version: candidate, rows})
    }
  }
  return sources
}

/** Newest first. */
function versionsOf(data: WheelData, {system, family}: TablePlace, backend: string): string[] {
  const versions = data.list(`data/${system}/${family}/${backend}/`).filter(isVersion)
  return versions.sort((a, b) => compareVersions(b, a))
}

/** Versions that fill the gaps of this one by declaration, whichever is newer. */
function donorsOf(data: WheelData, {system, family, backend, version, table}: TablePlace): string[] {
  const name = `data/${system}/${family}/${backend}/${version}/reuse.yaml`
  if (data.get(name) === null) return []
  const {reuse} = parse(data.text(name)) as {reuse: {table: string; from_version: string}[]}
  return reuse.filter(donor => donor.table === `${table}_perf`).map(donor => donor.from_version)
}

function sharedKernels(data: WheelData, {backend, table}: TablePlace): Set<string> {
  const {groups} = parse(data.text('perf_data_reuse_manifest.yaml')) as {groups: ReuseGroup[]}
  const matching = groups.filter(
    group =>
      group.op_file === `${table}_perf.parquet` &&
      (group.tier === 'shared' || group.tier === 'shared_fallback') &&
      group.frameworks.includes(backend),
  )
  return new Set(matching.map(group => group.kernel_source))
}

async function readRows(
  data: WheelData,
  {system, family, table}: TablePlace,
  backend: string,
  version: string,
): Promise<Row[] | null> {
  const bytes = data.get(`data/${system}/${family}/${backend}/${version}/${table}_perf.parquet`)
  return bytes === null ? null : readParquet(bytes)
}

/** Where and with what was measured: the files' names say so. Left out, tables are read in half the time. */
const UNREAD_COLUMNS = new Set([
  'framework',
  'version',
  'device',
  'power',
  'power_limit',
  'beam_width',
  'tp_size',
  'implementation',
  'architecture',
])

export async function readParquet(bytes: Uint8Array): Promise<Row[]> {
  const file = new Uint8Array(bytes).buffer
  const metadata = parquetMetadata(file)
  const names = parquetSchema(metadata).children.map(({element}) => element.name)
  const columns = names.filter(name => !UNREAD_COLUMNS.has(name))
  const rows = await parquetReadObjects({file, metadata, columns, compressors})
  for (const row of rows) {
    for (const [column, value] of Object.entries(row))
      if (typeof value === 'bigint') row[column] = Number(value)
  }
  return rows as Row[]
}
