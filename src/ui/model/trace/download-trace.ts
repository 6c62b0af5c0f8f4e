import {messageOf} from '../../../core/message-of.ts'
import {fail, ok, type Result} from '../../../core/result.ts'
import {sha256Of} from '../../../host/sha256-of.ts'

/** A trace on another host: one of the catalogue, or one at an address that a link names. */
export interface RemoteTrace {
  readonly title: string
  /** Its address. */
  readonly file: string
  /** Lower-case hex; '' = whatever is there. */
  readonly sha256: string
  /** null = not known. */
  readonly bytes: number | null
  readonly isSizeEstimate?: true
}

export interface DownloadedTrace {
  readonly bytes: ArrayBuffer
  readonly sha256: string
}

export interface DownloadOptions {
  readonly onProgress: (loadedBytes: number) => void
  /** Aborting rejects with the signal's reason. */
  readonly signal: AbortSignal
  /** A server that sends nothing for so long is given up. */
  readonly stallMs?: number
}

const STALL_MS = 20_000
/** Of a file whose size nobody states. */
const MOST_BYTES = 2 ** 30

/** Fetches a trace from another host and lets through only the bytes its checksum stands for, if it has one. */
export async function downloadTrace(
  entry: RemoteTrace,
  options: DownloadOptions,
): Promise<Result<DownloadedTrace>> {
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
    const hint = entry.bytes === null ? '. Its host must let other sites read it (CORS)' : ''
    return fail(`${entry.title} could not be downloaded from ${host}: ${reason}${hint}`, 'trace')
  } finally {
    stall.stop()
  }
}

async function readBody(
  response: Response,
  entry: RemoteTrace,
  {onProgress, stall}: DownloadOptions & {readonly stall: StallTimer},
): Promise<Result<ArrayBuffer>> {
  // What is not the trace need not be read to its end; an estimated size may be well off.
  const stated = entry.bytes ?? MOST_BYTES
  const mostBytes = entry.isSizeEstimate ? stated * 4 : stated
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
    const instead =
      entry.bytes === null ? 'download it and open the file' : 'not the trace the catalogue names'
    return fail(`${entry.title} is larger than it should be: ${instead}`, 'trace')
  }
  return ok(await new Blob(chunks).arrayBuffer())
}

async function verify(
  entry: RemoteTrace,
  bytes: ArrayBuffer,
  host: string,
): Promise<Result<DownloadedTrace>> {
  const sha256 = await sha256Of(bytes)
  if (sha256 === entry.sha256 || entry.sha256 === '') return ok({bytes, sha256})
  const isSizeKnown = entry.bytes !== null && !entry.isSizeEstimate
  const size = isSizeKnown ? ` and ${bytes.byteLength} of ${entry.bytes} bytes` : ''
  const namedBy = entry.bytes === null ? 'link' : 'catalogue'
  return fail(
    `${host} did not send ${entry.title} as the ${namedBy} names it: the checksum is ${sha256.slice(0, 12)}… instead of ${entry.sha256.slice(0, 12)}…${size}. It was not kept.`,
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
