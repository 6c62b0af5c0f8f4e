import * as Comlink from 'comlink'
import {deviceGiB} from '../host/device.ts'
import {tabMemoryBytes} from '../run/memory-forecast.ts'
import {STREAM_LIMITS} from '../run/stream-limits.ts'
import {createWorkerApi} from './api.ts'
import {yieldByChannel} from './host.ts'
import type {WorkerStart} from './worker-start.ts'

/** Of workers alone; the library of the page's types does not know it. */
declare const FileReaderSync: new () => {readAsArrayBuffer(blob: Blob): ArrayBuffer}

/** The first message is the page's; all later ones are Comlink's. */
self.addEventListener('message', event => serve(event.data as WorkerStart), {once: true})

function serve({siteUrl, life, isHeld}: WorkerStart): void {
  const reader = new FileReaderSync()
  Comlink.expose(
    createWorkerApi({
      openSiteFile: (path, options) =>
        fetch(new URL(path, siteUrl), options?.isFresh ? {cache: 'reload'} : {}),
      memoryBytes: tabMemoryBytes(deviceGiB()),
      pieces: {
        readPart: (blob, from, to) => new Uint8Array(reader.readAsArrayBuffer(blob.slice(from, to))),
        limits: STREAM_LIMITS,
        mostWholeBytes: 2 ** 30,
      },
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
