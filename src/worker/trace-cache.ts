import type {TraceSource} from '../config/scenario.ts'
import {messageOf} from '../core/message-of.ts'
import {fail, ok, type Result} from '../core/result.ts'
import {sha256Of} from '../host/sha256-of.ts'
import type {Traffic} from '../run/traffic.ts'
import {
  type Catalogue,
  type CatalogueEntry,
  checkTraceBytes,
  fileNameOf,
  isGenerated,
  isRemote,
  parseCatalogue,
} from '../trace/catalogue.ts'
import type {DetectedFormat} from '../trace/formats/detect-json-lines.ts'
import {unpackParquet} from '../trace/formats/parquet-to-lines.ts'
import {
  dependsOnRelease,
  isPlainFormat,
  parseTraceChunks,
  type ReadTrace,
} from '../trace/formats/parse-in-steps.ts'
import type {TraceGenerator} from '../trace/generators/generate.ts'
import {NO_RECIPE, recipeOf, withSeed} from '../trace/generators/trace-recipes.ts'
import {readOptionsOf, toWorkload} from '../trace/parsed-trace.ts'
import type {ParsedTrace} from '../trace/trace-columns.ts'
import type {Workload} from '../trace/workload.ts'
import type {WorkerHost} from './host.ts'
import type {LoadProgress, TraceRequest} from './protocol.ts'
import type {PieceReading} from './streamed/blob-pieces.ts'
import type {StreamedFile, StreamedFiles, StreamedLoading} from './streamed/streamed-files.ts'

export interface LoadedTrace {
  readonly file: TraceFile
  readonly workload: Workload
  readonly notices: readonly string[]
}

export interface TraceFile {
  readonly source: TraceSource
  readonly name: string
  readonly sha256: string
  readonly sizeBytes: number
  readonly parsed: ParsedTrace
  readonly detected: DetectedFormat
  /** The release it was read for. */
  readonly release?: TraceWanted['release'] | undefined
}

interface TraceBytes {
  readonly name: string
  readonly sha256: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

interface TraceWanted extends Omit<TraceRequest, 'source'> {
  readonly source: TraceSource | TraceRequest['source']
}

/** A trace to be made in place of being read. */
interface Regeneration {
  readonly recipe: TraceGenerator
  readonly name: string
}

type OnProgress = (progress: LoadProgress) => void

/** The last few, because each parsed trace may hold tens of megabytes. */
const MAX_FILES = 3

/** Trace files, fetched and parsed once; block size, selection and speed-up are applied anew each time: that is cheap. */
export class TraceCache {
  readonly #host: WorkerHost
  /** By source and format options; least recently used first. */
  readonly #files = new Map<string, TraceFile>()
  #catalogue: Catalogue | null = null
  #streamed: Promise<StreamedFiles> | null = null

  constructor(host: WorkerHost) {
    this.#host = host
  }

  async catalogue(): Promise<Result<Catalogue>> {
    if (this.#catalogue !== null) return ok(this.#catalogue)
    const bytes = await this.#fetch('catalogue.json', () => {})
    if (!bytes.ok) return bytes
    const parsed = parseCatalogue(new TextDecoder().decode(bytes.value))
    if (parsed.ok) this.#catalogue = parsed.value
    return parsed
  }

  async load(wanted: TraceWanted, onProgress: OnProgress = () => {}): Promise<Result<LoadedTrace>> {
    const file = await this.#file(wanted, onProgress)
    if (!file.ok) return file
    const workload = toWorkload(file.value.parsed, wanted)
    if (!workload.ok) return workload
    return ok({file: file.value, workload: workload.value, notices: file.value.parsed.notices})
  }

  /** The same for a run. */
  async loadTraffic(wanted: TraceWanted): Promise<Result<Traffic>> {
    const loaded = await this.load(wanted)
    if (!loaded.ok) return loaded
    const {file, workload, notices} = loaded.value
    const {name, sha256, sizeBytes} = file
    return ok({workload, name, sha256, fileBytes: sizeBytes, rows: file.parsed.requestCount, notices})
  }

  /** A large file of the user's own of which requests are not kept; null for any other trace. */
  async loadStreamed(
    wanted: TraceWanted,
    loading: StreamedLoading = {onProgress: () => {}},
  ): Promise<Result<StreamedFile> | null> {
    const {source, blob} = wanted
    const {pieces} = this.#host
    if (pieces === undefined || source.kind !== 'file' || blob === null) return null
    if (blob.size < pieces.limits.fileBytes) return null
    return (await this.#streamedFiles(pieces)).read({...wanted, source, blob}, loading)
  }

  /** Loaded only here: few files are so large. */
  #streamedFiles(pieces: PieceReading): Promise<StreamedFiles> {
    this.#streamed ??= import('./streamed/streamed-files.ts').then(
      ({StreamedFiles}) => new StreamedFiles(this.#host, pieces),
    )
    // A failed download must not be remembered.
    this.#streamed.catch(() => {
      this.#streamed = null
    })
    return this.#streamed
  }

  async #file(wanted: TraceWanted, onProgress: OnProgress): Promise<Result<TraceFile>> {
    const regeneration = await this.#regenerationOf(wanted)
    if (!regeneration.ok) return regeneration
    const {source} = wanted
    const key =
      'sha256' in source || source.kind === 'catalogue' ? cacheKey(source, wanted, regeneration.value) : null
    const known = key === null ? undefined : this.#recall(key)
    if (known !== undefined && isReadFor(known, wanted)) return ok(known)
    const bytes =
      regeneration.value === null
        ? await this.#bytes(wanted, onProgress)
        : await generateAnew(regeneration.value)
    if (!bytes.ok) return bytes
    const {name, sha256} = bytes.value
    const read = await this.#parse(bytes.value, wanted, onProgress)
    if (!read.ok) return read
    const file: TraceFile = {
      source: source.kind === 'catalogue' || 'sha256' in source ? source : {kind: 'file', name, sha256},
      name,
      sha256,
      sizeBytes: bytes.value.bytes.length,
      release: wanted.release,
      ...read.value,
    }
    this.#remember(key ?? cacheKey(file.source, wanted, null), file)
    return ok(file)
  }

  /** How the trace is made anew; null = it is read, as it also is for its own seed. */
  async #regenerationOf({source, traceSeed}: TraceWanted): Promise<Result<Regeneration | null>> {
    if (traceSeed === undefined) return ok(null)
    const catalogue = await this.catalogue()
    if (!catalogue.ok) return catalogue
    const entry = catalogue.value.traces.find(({id, sha256}) =>
      source.kind === 'catalogue' ? id === source.id : 'sha256' in source && sha256 === source.sha256,
    )
    const recipe = entry === undefined ? null : recipeOf(entry.id)
    if (entry === undefined || recipe === null) return fail(`trace_seed: ${NO_RECIPE}`, 'traceSeed')
    if (recipe.spec.seed === traceSeed) return ok(null)
    return ok({recipe: withSeed(recipe, traceSeed), name: `${fileNameOf(entry)}, seed ${traceSeed}`})
  }

  async #bytes({source, blob}: TraceWanted, onProgress: OnProgress): Promise<Result<TraceBytes>> {
    if (source.kind === 'catalogue') return this.#catalogueTrace(source.id, blob, onProgress)
    const bytes = await readBlob(source.name, blob)
    if (!bytes.ok || !('sha256' in source) || source.sha256 === bytes.value.sha256) return bytes
    const {name, sha256} = bytes.value
    return fail(`${name} is not the trace this scenario names: its checksum is ${sha256}`, 'trace')
  }

  async #parse(
    {bytes, name}: TraceBytes,
    {source, ...wanted}: TraceWanted,
    onProgress: OnProgress,
  ): Promise<Result<ReadTrace>> {
    const rows = await unpackParquet(bytes, name)
    if (!rows.ok) return rows
    // The bundled traces are plain: the first page does without the code for what others come as.
    const isPlain =
      source.kind === 'catalogue' && wanted.blob === null && isPlainFormat(wanted.traceFormat?.format)
    const own = isPlain ? null : (await import('../trace/formats/own-files.ts')).OWN_FILES
    const chunks = parseTraceChunks(rows.value, name, readOptionsOf(wanted), own)
    let reportedMs = this.#host.nowMs()
    for (;;) {
      const step = chunks.next()
      if (step.done) return step.value
      const nowMs = this.#host.nowMs()
      if (nowMs - reportedMs < 66) continue
      reportedMs = nowMs
      onProgress({phase: 'reading', loadedBytes: step.value.bytesDone, totalBytes: step.value.bytesTotal})
      await this.#host.yieldToEvents()
    }
  }

  #recall(key: string): TraceFile | undefined {
    const known = this.#files.get(key)
    if (known !== undefined) this.#put(key, known)
    return known
  }

  #remember(key: string, file: TraceFile): void {
    this.#put(key, file)
    const [oldest] = this.#files.keys()
    if (this.#files.size > MAX_FILES && oldest !== undefined) this.#files.delete(oldest)
  }

  #put(key: string, file: TraceFile): void {
    this.#files.delete(key)
    this.#files.set(key, file)
  }

  /** A trace on another host is never fetched here: the page asks its user, downloads it and hands over the bytes. */
  async #catalogueTrace(id: string, blob: Blob | null, onProgress: OnProgress): Promise<Result<TraceBytes>> {
    const catalogue = await this.catalogue()
    if (!catalogue.ok) return catalogue
    const entry = catalogue.value.traces.find(candidate => candidate.id === id)
    if (entry === undefined) return fail(`there is no trace named ${id} in the catalogue`, 'trace')
    const name = fileNameOf(entry)
    if (isRemote(entry) && blob === null)
      return fail(`${entry.title} is on ${new URL(entry.file).host} and has not been downloaded yet`, 'trace')
    const recipe = isGenerated(entry) ? recipeOf(entry.id) : null
    if (recipe !== null) {
      const made = await generateAnew({recipe, name})
      if (!made.ok) return made
      const checked = await checkContent(entry, made.value.bytes)
      return checked.ok ? made : checked
    }
    const content = isRemote(entry)
      ? await this.#checkBlob(entry, blob)
      : await this.#fetchChecked(entry, onProgress)
    return content.ok ? ok({name, sha256: entry.sha256, bytes: content.value}) : content
  }

  async #checkBlob(entry: CatalogueEntry, blob: Blob | null): Promise<Result<Uint8Array<ArrayBuffer>>> {
    const read = await readBlob(fileNameOf(entry), blob)
    return read.ok ? checkContent(entry, read.value.bytes) : read
  }

  /** A damaged or older copy may sit in a cache between here and the server: then ask the server itself. */
  async #fetchChecked(
    entry: CatalogueEntry,
    onProgress: OnProgress,
  ): Promise<Result<Uint8Array<ArrayBuffer>>> {
    const kept = await this.#fetch(entry.file, onProgress)
    if (!kept.ok) return kept
    const first = await checkContent(entry, kept.value)
    if (first.ok) return first
    const fresh = await this.#fetch(entry.file, onProgress, true)
    return fresh.ok ? checkContent(entry, fresh.value) : first
  }

  async #fetch(
    path: string,
    onProgress: OnProgress,
    isFresh = false,
  ): Promise<Result<Uint8Array<ArrayBuffer>>> {
    try {
      const response = await this.#host.openSiteFile(`static-traces/${path}`, {isFresh})
      if (!response.ok)
        return fail(`${path} could not be fetched: the server answered ${response.status}`, 'trace')
      return ok(await readWithProgress(response, onProgress))
    } catch (error) {
      return fail(`${path} could not be fetched: ${messageOf(error)}`, 'trace')
    }
  }
}

function isReadFor({release, detected}: TraceFile, wanted: TraceWanted): boolean {
  return release === wanted.release || !dependsOnRelease(detected)
}

async function checkContent(
  entry: CatalogueEntry,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Result<Uint8Array<ArrayBuffer>>> {
  const problem = await checkTraceBytes(entry, bytes, sha256Of)
  return problem === null ? ok(bytes) : fail(problem, 'trace')
}

function cacheKey(
  source: TraceSource,
  {traceFormat}: TraceWanted,
  regeneration: Regeneration | null,
): string {
  const name = source.kind === 'catalogue' ? `catalogue ${source.id}` : `file ${source.sha256}`
  return JSON.stringify([name, traceFormat?.format, traceFormat?.columns, regeneration?.recipe.spec.seed])
}

async function generateAnew({recipe, name}: Regeneration): Promise<Result<TraceBytes>> {
  // Loaded only here: most visits replay traces as they are.
  const {generateTrace} = await import('../trace/generators/generate.ts')
  const bytes = new TextEncoder().encode(generateTrace(recipe))
  return ok({name, sha256: await sha256Of(bytes), bytes})
}

async function readBlob(name: string, blob: Blob | null): Promise<Result<TraceBytes>> {
  if (blob === null) return fail(`the trace ${name} is a local file: pick or drop it first`, 'trace')
  try {
    const bytes = new Uint8Array(await blob.arrayBuffer())
    return ok({name, sha256: await sha256Of(bytes), bytes})
  } catch (error) {
    return fail(`${name} could not be read: ${messageOf(error)}`, 'trace')
  }
}

async function readWithProgress(
  response: Response,
  onProgress: OnProgress,
): Promise<Uint8Array<ArrayBuffer>> {
  if (response.body === null) return new Uint8Array(await response.arrayBuffer())
  // An encoded answer unpacks to more than its Content-Length says; then the total is not known.
  const isEncoded = response.headers.get('content-encoding') !== null
  const totalBytes = isEncoded ? null : Number(response.headers.get('content-length')) || null
  const chunks: Uint8Array[] = []
  let loadedBytes = 0
  const reader = response.body.getReader()
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    chunks.push(read.value)
    loadedBytes += read.value.length
    onProgress({phase: 'fetching', loadedBytes, totalBytes})
  }
  const bytes = new Uint8Array(loadedBytes)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
