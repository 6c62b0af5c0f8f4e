import {messageOf} from '../../../core/message-of.ts'
import type {
  OfflineAnswer,
  OfflineRequest,
  OfflineStatus,
  StoredShare,
} from '../../../service-worker/protocol.ts'

export type OfflinePhase =
  /** Not begun yet, or this browser has no service workers: on a plain http address none has. */
  | {readonly kind: 'none'}
  /** Left to the user, who asked the browser to save data. */
  | ({readonly kind: 'offered'} & StoredShare)
  | ({readonly kind: 'storing'} & StoredShare)
  /** Bytes that are stored, and of tables that would be on demand. */
  | {readonly kind: 'ready'; readonly storedBytes: number; readonly furtherBytes: number}
  | {readonly kind: 'failed'; readonly reason: string}

export interface OfflineHost {
  /** Null where the browser has none. */
  readonly serviceWorkers: Pick<
    ServiceWorkerContainer,
    'register' | 'getRegistration' | 'ready' | 'addEventListener'
  > | null
  readonly savesData: boolean
  /** Resolves when the page has had time to load and be used. */
  whenQuiet(): Promise<void>
  reload(): void
}

/** How long a service worker may take over a megabyte, before the page stops waiting for it. */
const ANSWER_TIMEOUT_MS = 5 * 60_000

/** What works without the network, and whether a newer version of the page waits. Never reloads the page by itself. */
export class OfflineState {
  phase: OfflinePhase = $state.raw({kind: 'none'})
  /** A newer version is stored and waits for this page to hand over. */
  hasUpdate = $state(false)
  readonly #host: OfflineHost
  #registration: ServiceWorkerRegistration | null = null
  #isStoring = false

  constructor(host: OfflineHost) {
    this.#host = host
  }

  /** Watches for a newer version at once; stores for offline use when the page is quiet. */
  async start(): Promise<void> {
    const {serviceWorkers, savesData} = this.#host
    if (serviceWorkers === null) return
    try {
      const known = await serviceWorkers.getRegistration()
      if (known !== undefined) await this.#greet(known)
      await this.#host.whenQuiet()
      // Past the browser's cache: a server may let a script be kept for a day.
      this.#watch(await serviceWorkers.register('./sw.js', {updateViaCache: 'none'}))
      await serviceWorkers.ready
      await this.#ask('remove-old')
      if (savesData) await this.#offer()
      else await this.store()
    } catch (error) {
      this.phase = {kind: 'failed', reason: messageOf(error)}
    }
  }

  /** Stores what is missing; again after a failure. */
  store = (): Promise<void> => this.#store('store-more', status => status)

  /** Stores the tables that are otherwise stored when they are used. */
  storeFurther = (): Promise<void> => this.#store('store-more-on-demand', ({onDemand}) => onDemand)

  async #store(request: OfflineRequest, shareOf: (status: OfflineStatus) => StoredShare): Promise<void> {
    if (this.#isStoring) return
    this.#isStoring = true
    try {
      let status = await this.#ask('status')
      for (let share = shareOf(status); share.storedBytes < share.totalBytes; share = shareOf(status)) {
        const {storedBytes, totalBytes} = share
        this.phase = {kind: 'storing', storedBytes, totalBytes}
        status = await this.#ask(request)
      }
      this.phase = ready(status)
    } catch (error) {
      this.phase = {kind: 'failed', reason: messageOf(error)}
    } finally {
      this.#isStoring = false
    }
  }

  /** Looks for a newer version, for a tab that stays open for days. */
  checkForUpdate = (): void => {
    // Without a network there is none to be had.
    this.#registration?.update().catch(() => {})
  }

  /** Hands over to the newer version and loads it. */
  update = (): void => {
    const waiting = this.#registration?.waiting ?? null
    if (waiting === null) {
      // Another tab has handed over already.
      this.#host.reload()
      return
    }
    this.#host.serviceWorkers?.addEventListener('controllerchange', () => this.#host.reload(), {once: true})
    waiting.postMessage('take-over' satisfies OfflineRequest)
  }

  /** On a later visit all may be there already, which is worth saying at once. */
  async #greet(registration: ServiceWorkerRegistration): Promise<void> {
    this.#watch(registration)
    if (!registration.active) return
    const status = await this.#ask('status')
    if (status.storedBytes === status.totalBytes) this.phase = ready(status)
  }

  #watch(registration: ServiceWorkerRegistration): void {
    if (registration === this.#registration) return
    this.#registration = registration
    this.#look()
    registration.addEventListener('updatefound', () => {
      registration.installing?.addEventListener('statechange', () => this.#look())
    })
    registration.installing?.addEventListener('statechange', () => this.#look())
  }

  /** The very first one does not wait: there is nothing before it. */
  #look(): void {
    const {active, waiting} = this.#registration ?? {}
    if (active && waiting) this.hasUpdate = true
  }

  async #offer(): Promise<void> {
    const status = await this.#ask('status')
    const {storedBytes, totalBytes} = status
    this.phase = storedBytes < totalBytes ? {kind: 'offered', storedBytes, totalBytes} : ready(status)
  }

  async #ask(request: OfflineRequest): Promise<OfflineStatus> {
    const active = this.#registration?.active
    if (!active) throw new Error('the service worker is gone')
    const {port1, port2} = new MessageChannel()
    try {
      const answer = await new Promise<OfflineAnswer>(resolve => {
        const silence: OfflineAnswer = {ok: false, reason: 'the service worker does not answer'}
        const timer = setTimeout(() => resolve(silence), ANSWER_TIMEOUT_MS)
        port1.onmessage = ({data}) => {
          clearTimeout(timer)
          resolve(data as OfflineAnswer)
        }
        active.postMessage(request, [port2])
      })
      if (!answer.ok) throw new Error(answer.reason)
      return answer.status
    } finally {
      port1.close()
    }
  }
}

function ready({storedBytes, onDemand}: OfflineStatus): OfflinePhase {
  return {
    kind: 'ready',
    storedBytes: storedBytes + onDemand.storedBytes,
    furtherBytes: onDemand.totalBytes - onDemand.storedBytes,
  }
}
