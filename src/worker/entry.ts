import * as Comlink from 'comlink'
import {createWorkerApi} from './api.ts'
import {yieldByChannel} from './host.ts'

/**
 * The first message is the page's address: under a sub-path neither the worker's own URL nor the build knows where
 * its files lie. All later messages are Comlink's.
 */
self.addEventListener('message', event => serve(String(event.data)), {once: true})

function serve(siteUrl: string): void {
  Comlink.expose(
    createWorkerApi({
      openSiteFile: (path, options) =>
        fetch(new URL(path, siteUrl), options?.isFresh ? {cache: 'reload'} : {}),
      nowMs: () => performance.now(),
      yieldToEvents: yieldByChannel,
    }),
  )
}
