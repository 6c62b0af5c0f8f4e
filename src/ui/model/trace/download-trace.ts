import {messageOf} from '../../../core/message-of.ts'
import {fail, ok, type Result} from '../../../core/result.ts'
import {sha256Of} from '../../../host/sha256-of.ts'
import type {CatalogueEntry} from '../../../trace/catalogue.ts'

export interface DownloadOptions {
  readonly onProgress: (loadedBytes: number) => void
  /** Aborting rejects with the signal's reason. */
  readonly signal: AbortSignal
  /** A server that sends nothing for so long is given up. */
  readonly stallMs?: number
}

const STALL_MS = 20_000

/** Fetches a trace from another host and lets through only the bytes its checksum stands for. */
export async function downloadTrace(
  entry: CatalogueEntry,
  options: DownloadOptions,
): Promise<Result<ArrayBuffer>> {
  const {host} = new URL(entry.file)
  const stall = new StallTimer(options.stallMs ?? STALL_MS)
  const signal = AbortSignal.any([options.signal, stall.signal])
  try {
    const response = await fetch(entry.file, {signal, credentials: 'omit', referrerPolicy: 'no-referrer'})
    if (!response.ok) return fail(`${host} answered ${response.status} for ${entry.title}`, 'trace')
    const bytes = await readBody(response, entry, {...options, stall})
    return bytes.ok ? await verify(entry, bytes.value, host) : bytes
  } catch (error) {
    options.signal.throwIfAborted()
    if (stall.signal.aborted)
      return fail(`${host} stopped sending ${entry.title}; nothing came for ${stall.seconds} s`, 'trace')
    const reason = messageOf(error)
    return fail(`${entry.title} could not be downloaded from ${host}: ${reason}`, 'trace')
  } finally {
    stall.stop()
  }
}

async function readBody(
  response: Response,
  entry: CatalogueEntry,
  {onProgress, stall}: DownloadOptions & {readonly stall: StallTimer},
): Promise<Result<ArrayBuffer>> {
  // What is not the trace need not be read to its end; an estimated size may be well off.
  const mostBytes = entry.isSizeEstimate ? entry.bytes * 4 : entry.bytes
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let loadedBytes = 0
  const reader = response.body?.getReader()
  for (let read = await reader?.read(); read !== undefined && !read.done; read = await reader?.read()) {
    stall.restart()
    chunks.push(read.value)
    loadedBytes += read.value.length
    onProgress(loadedBytes)
    if (loadedBytes <= mostBytes) continue
    await reader?.cancel()
    return fail(`${entry.title} is larger than it should be: not the trace the catalogue names`, 'trace')
  }
  return ok(await new Blob(chunks).arrayBuffer())
}

async function verify(entry: CatalogueEntry, bytes: ArrayBuffer, host: string): Promise<Result<ArrayBuffer>> {
  const sha256 = await sha256Of(bytes)
  if (sha256 === entry.sha256) return ok(bytes)
  const size = entry.isSizeEstimate ? '' : ` and ${bytes.byteLength} of ${entry.bytes} bytes`
  return fail(
    `${host} did not send ${entry.title} as the catalogue names it: the checksum is ${sha256.slice(0, 12)}… instead of ${entry.sha256.slice(0, 12)}…${size}. It was not kept.`,
    'trace',
  )
}

class StallTimer {
  readonly #ms: number
  readonly #abort = new AbortController()
  #timer: ReturnType<typeof setTimeout>

  constructor(ms: number) {
    this.#ms = ms
    this.#timer = this.#start()
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  get seconds(): number {
    return this.#ms / 1000
  }

  restart(): void {
    this.stop()
    this.#timer = this.#start()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #start(): ReturnType<typeof setTimeout> {
    return setTimeout(() => this.#abort.abort(), this.#ms)
  }
}
