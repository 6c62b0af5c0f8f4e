import {messageOf} from '../../core/message-of.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import {sha256Hex} from '../../core/sha256.ts'
import {AicModel} from './aic-model.ts'
import {type FetchPerfFile, fetchBytes, loadManifest} from './load-manifest.ts'
import type {AicRequest} from './request/aic-request.ts'
import type {ResolvedAicRequest} from './request/request.ts'
import {checkAicRequest} from './request/request.ts'
import {tiersNeeded} from './request/requirements.ts'
import {decodePack, type Gunzip} from './tables/decode-pack.ts'
import type {Manifest, PackFile, PackPair} from './tables/manifest.ts'
import {TableSet} from './tables/tables.ts'

/**
 * Fetches, checks and decodes the tables a request needs. The pair's first file answers preset models; for any
 * other shape the full table of its kind is fetched too, before the first prediction: neighbours
 * chosen from a part of the table would give different times.
 */
export async function loadAicModel(
  request: AicRequest,
  fetchFile: FetchPerfFile,
  host: HostCode = {},
): Promise<Result<AicModel>> {
  const resolved = checkAicRequest(request)
  if (!resolved.ok) return resolved
  const manifest = await loadManifest(fetchFile, request.release)
  if (!manifest.ok) return manifest
  const pair = findPair(manifest.value, resolved.value)
  if (!pair.ok) return pair
  const tables = new TableSet()
  const files = {...host, fetchFile}
  const first = await addPack(pair.value.core, files, tables)
  if (!first.ok) return first
  for (const tier of tiersNeeded(resolved.value, tables, pair.value)) {
    const added = await addPack(tier, files, tables)
    if (!added.ok) return added
  }
  return ok(new AicModel(resolved.value, tables))
}

function findPair(manifest: Manifest, request: ResolvedAicRequest): Result<PackPair> {
  const {system, backend, version} = request
  const pair = manifest.pairs.find(
    candidate =>
      candidate.system === system && candidate.backend === backend && candidate.version === version,
  )
  return pair === undefined
    ? fail(`no GPU tables for ${backend} ${version} on ${system}`, 'aic_system')
    : ok(pair)
}

/** What the host does faster than pure code. */
export interface HostCode {
  readonly gunzip?: Gunzip
  /** As lower-case hex. */
  readonly sha256?: (bytes: Uint8Array) => string | Promise<string>
}

interface PackFiles extends HostCode {
  readonly fetchFile: FetchPerfFile
}

async function addPack(file: PackFile, files: PackFiles, tables: TableSet): Promise<Result<null>> {
  const bytes = await fetchPack(file, files)
  if (!bytes.ok) return bytes
  try {
    decodePack(bytes.value, tables, files.gunzip)
    return ok(null)
  } catch (error) {
    return fail(`GPU table perf/${file.file} cannot be read: ${messageOf(error)}`)
  }
}

/** A damaged copy may sit in a cache between here and the server: the server itself is asked before giving up. */
async function fetchPack(
  file: PackFile,
  {fetchFile, sha256 = sha256Hex}: PackFiles,
): Promise<Result<Uint8Array>> {
  for (const isFresh of [false, true]) {
    const bytes = await fetchBytes(file.file, fetchFile, isFresh)
    if (!bytes.ok) return bytes
    const {byteLength} = bytes.value
    if (byteLength === file.bytes && (await sha256(bytes.value)) === file.sha256) return bytes
  }
  return fail(`GPU table perf/${file.file} is damaged or out of date: reload to fetch it again`)
}
