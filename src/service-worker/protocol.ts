/** One file of the site as the build wrote it. */
export interface SiteFile {
  /** Below the site's address. */
  readonly url: string
  /** Changes with the content; null where the name does already. */
  readonly revision: string | null
  /** Left out for the web manifest, which the build adds last. */
  readonly bytes?: number
  /**
   * What the content's SHA-256 may be, lower-case hex; only for what is stored after the shell. A packed file has two:
   * some servers declare the packing, and then the browser takes it off.
   */
  readonly sha256?: readonly string[]
  /** Stored when the page has used it, or when the user asks for everything. */
  readonly isOnDemand?: boolean
}

/** What the page asks of the service worker. All but `take-over` are answered through the port that comes along. */
export type OfflineRequest =
  /** How much is stored. */
  | 'status'
  /** Stores a megabyte or so more, then says how much is stored. Asked again until nothing is missing. */
  | 'store-more'
  /** The same for what is stored on demand. */
  | 'store-more-on-demand'
  /** Drops what an earlier version has left, unless another tab may still run it. */
  | 'remove-old'
  /** Makes the waiting service worker the active one. */
  | 'take-over'

export interface StoredShare {
  readonly storedBytes: number
  readonly totalBytes: number
}

/** What is stored unasked. */
export interface OfflineStatus extends StoredShare {
  readonly onDemand: StoredShare
}

export type OfflineAnswer =
  | {readonly ok: true; readonly status: OfflineStatus}
  | {readonly ok: false; readonly reason: string}
