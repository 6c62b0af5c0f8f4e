import {sha256Of} from '../host/sha256-of.ts'
import type {SiteFile, StoredShare} from './protocol.ts'

/** A request for little at a time: a service worker that is busy for minutes is ended by the browser. */
const BYTES_AT_ONCE = 1_000_000

export type StoredKind = 'unasked' | 'on-demand'

/** What the store needs of the service worker it lives in, so that it is tested in Node. */
export interface SiteDataHost {
  /** The site's address, ending in a slash. */
  readonly siteUrl: string
  openCache(): Promise<Pick<Cache, 'match' | 'put' | 'delete' | 'keys'>>
  fetch(request: Request | string, init?: RequestInit): Promise<Response>
}

/**
 * GPU tables and bundled traces: a dozen megabytes that the shell does not need, kept once the page is quiet, and tables
 * of further GPUs, kept when they were used.
 * A stored file is known by its content's checksum, so that a new version of the site fetches only what changed.
 */
export class SiteData {
  readonly #host: SiteDataHost
  readonly #byUrl: ReadonlyMap<string, SiteFile>
  #storing: Promise<void> | null = null

  constructor(files: readonly SiteFile[], host: SiteDataHost) {
    this.#host = host
    this.#byUrl = new Map(files.map(file => [new URL(file.url, host.siteUrl).href, file]))
  }

  find(url: string): SiteFile | undefined {
    return this.#byUrl.get(url)
  }

  /** How much of what is stored unasked, or on demand, is there. */
  async share(kind: StoredKind): Promise<StoredShare> {
    const totalBytes = sumBytes(this.#ofKind(kind))
    return {storedBytes: totalBytes - sumBytes(await this.#missing(kind)), totalBytes}
  }

  /**
   * Answers a request of the page: from the store, else from the network, of which a copy is stored on the way.
   * A request past all caches (`cache: 'reload'`, made when a copy was found damaged) asks the server.
   */
  async answer(
    file: SiteFile,
    request: Request,
    waitUntil: (work: Promise<unknown>) => void,
  ): Promise<Response> {
    const cache = await this.#host.openCache()
    const stored = request.cache === 'reload' ? undefined : await cache.match(this.#keyOf(file))
    if (stored !== undefined) return stored
    const response = await this.#host.fetch(request)
    if (response.ok) waitUntil(this.#store(file, response.clone()).catch(() => false))
    return response
  }

  /** Stores some of what is missing. Calls of several tabs share the work. */
  storeMore(kind: StoredKind): Promise<void> {
    this.#storing ??= this.#storeSome(kind).finally(() => {
      this.#storing = null
    })
    return this.#storing
  }

  /** Deletes what this version of the site does not name. */
  async removeOld(): Promise<void> {
    const cache = await this.#host.openCache()
    const current = new Set([...this.#byUrl.values()].map(file => this.#keyOf(file)))
    for (const {url} of await cache.keys()) {
      if (!current.has(url)) await cache.delete(url)
    }
  }

  async #storeSome(kind: StoredKind): Promise<void> {
    let bytes = 0
    for (const file of await this.#missing(kind)) {
      await this.#fetchAndStore(file)
      bytes += file.bytes ?? 0
      if (bytes >= BYTES_AT_ONCE) return
    }
  }

  async #fetchAndStore(file: SiteFile): Promise<void> {
    const url = new URL(file.url, this.#host.siteUrl).href
    // The browser's own cache may have it, the page having just used it, or may have that of an earlier version.
    for (const cache of ['default', 'reload'] as const) {
      const response = await this.#host.fetch(url, {cache, priority: 'low'})
      if (!response.ok)
        throw new Error(`${file.url} could not be fetched: the server answered ${response.status}`)
      if (await this.#store(file, response)) return
    }
    throw new Error(`${file.url} is not the file this version of the site was built with`)
  }

  /** @returns whether the content was the right one; any other is not kept */
  async #store(file: SiteFile, response: Response): Promise<boolean> {
    const bytes = await response.arrayBuffer()
    if (!file.sha256?.includes(await sha256Of(bytes))) return false
    const headers = {
      'content-type': response.headers.get('content-type') ?? 'application/octet-stream',
      'content-length': String(bytes.byteLength),
    }
    const cache = await this.#host.openCache()
    await cache.put(this.#keyOf(file), new Response(bytes, {headers}))
    return true
  }

  async #missing(kind: StoredKind): Promise<SiteFile[]> {
    const cache = await this.#host.openCache()
    const stored = new Set((await cache.keys()).map(request => request.url))
    return this.#ofKind(kind).filter(file => !stored.has(this.#keyOf(file)))
  }

  #ofKind(kind: StoredKind): SiteFile[] {
    return [...this.#byUrl.values()].filter(({isOnDemand = false}) => isOnDemand === (kind === 'on-demand'))
  }

  #keyOf({url, revision}: SiteFile): string {
    return new URL(`${url}?revision=${revision}`, this.#host.siteUrl).href
  }
}

export function sumBytes(files: readonly SiteFile[]): number {
  return files.reduce((sum, {bytes = 0}) => sum + bytes, 0)
}
