import type {WorkerLink} from './client.ts'
import type {WorkerStart} from './worker-start.ts'

/**
 * Starts the bundled worker. A worker that is ended from outside raises no event; but the browser gives back its locks,
 * so the page waits for one. That needs no timer, and so works in throttled tabs and over sleep as well.
 */
export function spawnWorker(): WorkerLink {
  const worker = new Worker(new URL('./entry.ts', import.meta.url), {type: 'module'})
  const life = `planner-replay worker ${crypto.getRandomValues(new Uint32Array(4)).join('-')}`
  const {port1, port2} = new MessageChannel()
  const start: WorkerStart = {siteUrl: document.baseURI, life, isHeld: port2}
  worker.postMessage(start, [port2])
  const over = new AbortController()
  return {
    endpoint: worker,
    terminate() {
      over.abort()
      port1.close()
      worker.terminate()
    },
    onDeath(report) {
      worker.addEventListener('error', event => {
        // Without a message it is the script itself that did not load.
        report(new Error(event.message || 'the simulation worker could not be loaded'))
      })
      worker.addEventListener('messageerror', () =>
        report(new Error('the simulation worker sent unreadable data')),
      )
      port1.onmessage = () => {
        const ended = () => report(new Error('the simulation worker was ended from outside'))
        navigator.locks.request(life, {signal: over.signal}, ended).catch(() => {})
      }
    },
  }
}
