import {createHash} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {gunzipSync} from 'node:zlib'
import type {Plugin} from 'vite'
import {VitePWA} from 'vite-plugin-pwa'
import type {ManifestEntry} from 'workbox-build'
import {SYSTEM_NAMES, SYSTEMS} from '../src/config/gpus.ts'
import {isOwnTierFile} from '../src/perf/aic/request/own-tiers.ts'
import type {SiteFile} from '../src/service-worker/protocol.ts'

/** Folders of the site that are stored after the shell, file by file. */
const DATA = /^(perf|static-traces)\//

/** The web manifest, and the service worker with the list of the site's files in it. */
export function offline(): Plugin[] {
  let outDir = ''
  const pwa = VitePWA({
    strategies: 'injectManifest',
    srcDir: 'src/service-worker',
    filename: 'sw.ts',
    // The page registers it itself, once it is quiet.
    injectRegister: false,
    includeManifestIcons: false,
    injectManifest: {
      rollupFormat: 'iife',
      globPatterns: ['**/*.{html,js,css,svg,png}', 'perf/*', 'static-traces/*'],
      manifestTransforms: [entries => ({manifest: entries.map(entry => describe(entry, outDir))})],
    },
    manifest: {
      name: 'Planner Replay',
      short_name: 'Planner Replay',
      description:
        'Replays an LLM request trace through a simulated serving fleet with the Dynamo Planner in the loop, in this browser.',
      // Relative to the manifest: the site may lie under any path.
      start_url: './',
      scope: './',
      display: 'standalone',
      theme_color: '#0057b8',
      background_color: '#f4f5f7',
      categories: ['developer', 'productivity', 'utilities'],
      icons: [
        {src: 'icon.svg', sizes: 'any', type: 'image/svg+xml'},
        {src: 'icons/icon-192.png', sizes: '192x192', type: 'image/png'},
        {src: 'icons/icon-512.png', sizes: '512x512', type: 'image/png'},
        {src: 'icons/maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable'},
      ],
    },
  })
  return [
    {
      name: 'offline-out-dir',
      configResolved({root, build}) {
        outDir = resolve(root, build.outDir)
      },
    },
    ...pwa,
  ]
}

type SizedEntry = ManifestEntry & {size: number}

/** What the service worker has to know of a file. The plugin needs `size` back and drops it in the end. */
function describe({url, revision, size}: SizedEntry, outDir: string): SizedEntry & SiteFile {
  if (!DATA.test(url)) return {url, revision, size, bytes: size}
  const content = readFileSync(join(outDir, url))
  const sha256 = [sha256Hex(content)]
  if (url.endsWith('.gz')) sha256.push(sha256Hex(gunzipSync(content)))
  const file = {url, revision: sha256[0]!.slice(0, 16), size, bytes: size, sha256}
  return isOnDemand(url) ? {...file, isOnDemand: true} : file
}

/** Tables of a GPU that few engines run on, or of a few models. */
function isOnDemand(url: string): boolean {
  if (url.startsWith('perf/') && isOwnTierFile(url)) return true
  return SYSTEM_NAMES.some(name => !SYSTEMS[name].isCommon && url.startsWith(`perf/${name}__`))
}

function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
