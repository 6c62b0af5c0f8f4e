import type {WorkerLink} from './client.ts'

/** Starts the bundled worker. */
export function spawnWorker(): WorkerLink {
  const worker = new Worker(new URL('./entry.ts', import.meta.url), {type: 'module'})
  worker.postMessage(document.baseURI)
  return {
    endpoint: worker,
    terminate: () => worker.terminate(),
    onDeath(report) {
      worker.addEventListener('error', event => {
        // Without a message it is the script itself that did not load.
        report(new Error(event.message || 'the simulation worker could not be loaded'))
      })
      worker.addEventListener('messageerror', () =>
        report(new Error('the simulation worker sent unreadable data')),
      )
    },
  }
}
