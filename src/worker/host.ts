import type {PieceReading} from './streamed/blob-pieces.ts'

/** What the worker needs of the place it runs in, so that the same api is tested in Node. */
export interface WorkerHost {
  /**
   * Opens a file of the site by its path below the page's own. Rejects when it cannot be had.
   * `isFresh` asks the server again, for a copy kept nearby has turned out damaged.
   */
  openSiteFile(path: string, options?: {readonly isFresh: boolean}): Promise<Response>
  nowMs(): number
  /** Memory a run may take; undefined = not limited here. */
  readonly memoryBytes?: number
  /** How large files are read a piece at a time; absent = they are read as a whole. */
  readonly pieces?: PieceReading
  /** Lets waiting messages in, then goes on. */
  yieldToEvents(): Promise<void>
}

/**
 * A turn of the event loop by way of a channel: `setTimeout` would wait at least 4 ms each time once nested, a
 * tenth of our 50 ms slices.
 */
export function yieldByChannel(): Promise<void> {
  return new Promise(resolve => {
    const {port1, port2} = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(null)
  })
}
