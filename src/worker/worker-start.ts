/** What a worker is told first. */
export interface WorkerStart {
  /** The page's address: under a sub-path neither the worker's own URL nor the build knows where its files lie. */
  readonly siteUrl: string
  /** Name of a lock the worker holds as long as it lives. */
  readonly life: string
  /** Says that the lock is held. */
  readonly isHeld: MessagePort
}
