import {createReadStream, existsSync, statSync} from 'node:fs'
import {createServer, type Server, type ServerResponse} from 'node:http'
import {extname, join, normalize, sep} from 'node:path'
import {fileURLToPath} from 'node:url'
import type {TestProject} from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    siteUrl: string
  }
}

const dist = fileURLToPath(new URL('../../dist', import.meta.url))

/** Below a path, as Pages serves a project: an address from the root of the host would miss. */
const BASE = '/some/sub-path/'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.gz': 'application/gzip',
}

/** Serves the built files and nothing else, like any static host: what is not there is a 404. */
export default async function serveSite(project: TestProject): Promise<() => Promise<void>> {
  if (!existsSync(join(dist, 'index.html')))
    throw new Error('dist/index.html is missing: run `npm run build` first')
  const server = createServer((request, response) =>
    answer(new URL(request.url ?? '', 'http://host').pathname, response),
  )
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  project.provide('siteUrl', `http://127.0.0.1:${portOf(server)}${BASE}`)
  return () =>
    new Promise(resolve => {
      server.closeAllConnections()
      server.close(() => resolve())
    })
}

function answer(pathname: string, response: ServerResponse): void {
  const file = fileFor(decodeURIComponent(pathname))
  if (file === null) {
    response.writeHead(404).end()
    return
  }
  const type = TYPES[extname(file)] ?? 'application/octet-stream'
  response.writeHead(200, {'content-type': type, 'content-length': statSync(file).size})
  createReadStream(file).pipe(response)
}

function fileFor(pathname: string): string | null {
  if (!pathname.startsWith(BASE)) return null
  const wanted = pathname.endsWith('/') ? `${pathname}index.html` : pathname
  const file = normalize(join(dist, wanted.slice(BASE.length)))
  const isInside = file.startsWith(dist + sep)
  return isInside && existsSync(file) && statSync(file).isFile() ? file : null
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address.port
}
