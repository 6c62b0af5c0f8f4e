import * as Comlink from 'comlink'
import {deviceGiB} from '../host/device.ts'
import {tabMemoryBytes} from '../run/memory-forecast.ts'
import {createWorkerApi} from './api.ts'
import {yieldByChannel} from './host.ts'
import type {WorkerStart} from './worker-start.ts'

/** The first message is the page's; all later ones are Comlink's. */
self.addEventListener('message', event => serve(event.data as WorkerStart), {once: true})

function serve({siteUrl, life, isHeld}: WorkerStart): void {
  Comlink.expose(
    createWorkerApi({
      openSiteFile: (path, options) =>
        fetch(new URL(path, siteUrl), options?.isFresh ? {cache: 'reload'} : {}),
      memoryBytes: tabMemoryBytes(deviceGiB()),
      nowMs: () => performance.now(),
      yieldToEvents: yieldByChannel,
    }),
  )
  // Locks are not there on a plain-http address.
  if ('locks' in navigator) {
    void navigator.locks.request(life, () => {
      isHeld.postMessage(null)
      return new Promise(() => {})
    })
  }
}
