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
  gunzip?: Gunzip,
): Promise<Result<AicModel>> {
  const resolved = checkAicRequest(request)
  if (!resolved.ok) return resolved
  const manifest = await loadManifest(fetchFile, request.release)
  if (!manifest.ok) return manifest
  const pair = findPair(manifest.value, resolved.value)
  if (!pair.ok) return pair
  const tables = new TableSet()
  const files = {fetchFile, gunzip}
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

interface PackFiles {
  readonly fetchFile: FetchPerfFile
  readonly gunzip: Gunzip | undefined
}

async function addPack(
  file: PackFile,
  {fetchFile, gunzip}: PackFiles,
  tables: TableSet,
): Promise<Result<null>> {
  let bytes = await fetchBytes(file.file, fetchFile, false)
  // A damaged copy may sit in a cache between here and the server: ask the server itself before giving up.
  if (bytes.ok && !isIntact(bytes.value, file)) bytes = await fetchBytes(file.file, fetchFile, true)
  if (!bytes.ok) return bytes
  if (!isIntact(bytes.value, file)) {
    return fail(`GPU table perf/${file.file} is damaged or out of date: reload to fetch it again`)
  }
  try {
    decodePack(bytes.value, tables, gunzip)
    return ok(null)
  } catch (error) {
    return fail(`GPU table perf/${file.file} cannot be read: ${messageOf(error)}`)
  }
}

function isIntact(bytes: Uint8Array, file: PackFile): boolean {
  return bytes.byteLength === file.bytes && sha256Hex(bytes) === file.sha256
}
