/**
 * The service worker. The shell (page, scripts, styles, icons) is stored whole when a version is installed; tables and
 * traces follow when the page asks. A new version waits until the page hands over, so that a page, its workers and
 * its data are always of one version.
 */

import {PrecacheController} from 'workbox-precaching/PrecacheController.js'
import {PrecacheRoute} from 'workbox-precaching/PrecacheRoute.js'
import {registerRoute} from 'workbox-routing/registerRoute.js'
import {messageOf} from '../core/message-of.ts'
import type {OfflineAnswer, OfflineRequest, OfflineStatus, SiteFile} from './protocol.ts'
import {SiteData, sumBytes} from './site-data.ts'

declare const self: ServiceWorkerGlobalScope

const siteUrl = self.registration.scope
// The build puts the list of the site's files here.
const files = self.__WB_MANIFEST as unknown as readonly SiteFile[]
const isData = ({sha256}: SiteFile) => sha256 !== undefined
const shellFiles = files.filter(file => !isData(file))

const shell = new PrecacheController()
shell.addToCacheList(shellFiles.map(({url, revision}) => ({url, revision})))

const data = new SiteData(files.filter(isData), {
  siteUrl,
  // Sites under one host share its caches: each has its own by its address.
  openCache: () => caches.open(`planner-replay-data-${siteUrl}`),
  fetch: (request, init) => fetch(request, init),
})

self.addEventListener('install', event => void shell.install(event))
self.addEventListener('activate', event => event.waitUntil(self.clients.claim()))
self.addEventListener('message', event => {
  const request = event.data as OfflineRequest
  const [port] = event.ports
  if (request === 'take-over') event.waitUntil(self.skipWaiting())
  else if (port !== undefined) event.waitUntil(answer(request, event).then(reply => port.postMessage(reply)))
})

// The address of the page may carry a query; it is the same page.
registerRoute(new PrecacheRoute(shell, {ignoreURLParametersMatching: [/./], cleanURLs: false}))

registerRoute(
  ({url}) => data.find(url.href),
  ({request, event, params}) =>
    data.answer(params as unknown as SiteFile, request, work => event.waitUntil(work)),
)

// Scripts of the version before, for a tab that still runs it; a server may have them no more.
registerRoute(
  ({url}) => url.href.startsWith(`${siteUrl}assets/`),
  async ({request}) => (await caches.match(request)) ?? fetch(request),
)

async function answer(request: OfflineRequest, event: ExtendableMessageEvent): Promise<OfflineAnswer> {
  try {
    if (request === 'remove-old') await removeOld(event)
    if (request === 'store-more') await data.storeMore('unasked')
    if (request === 'store-more-on-demand') await data.storeMore('on-demand')
    return {ok: true, status: await status()}
  } catch (error) {
    return {ok: false, reason: messageOf(error)}
  }
}

/** Not before the last tab of the version before is gone: it may yet load a part of itself. */
async function removeOld(event: ExtendableMessageEvent): Promise<void> {
  const pages = await self.clients.matchAll({type: 'window', includeUncontrolled: true})
  // Other sites of the host are listed too.
  if (pages.filter(({url}) => url.startsWith(siteUrl)).length > 1) return
  await shell.activate(event)
  await data.removeOld()
}

async function status(): Promise<OfflineStatus> {
  const shellBytes = sumBytes(shellFiles)
  const {storedBytes, totalBytes} = await data.share('unasked')
  return {
    storedBytes: shellBytes + storedBytes,
    totalBytes: shellBytes + totalBytes,
    onDemand: await data.share('on-demand'),
  }
}
