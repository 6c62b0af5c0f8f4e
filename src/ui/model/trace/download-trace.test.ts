import {createHash} from 'node:crypto'
import {createServer, type Server, type ServerResponse} from 'node:http'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {CatalogueEntry} from '../../../trace/catalogue.ts'
import {downloadTrace, type RemoteTrace} from './download-trace.ts'

const BYTES = Buffer.alloc(300_000, 'trace ')

const ANSWERS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/good': response => response.end(BYTES),
  '/fails': response => response.writeHead(503).end('no'),
  '/stalls': response => void response.writeHead(200).write(BYTES.subarray(0, 1000)),
  '/truncates': response => response.end(BYTES.subarray(0, 200_000)),
  '/breaks-off': response => {
    response.writeHead(200, {'content-length': BYTES.length})
    response.write(BYTES.subarray(0, 1000), () => response.destroy())
  },
  '/lies': response => response.end(Buffer.alloc(BYTES.length, 'other ')),
  '/never-ends': response => {
    const more = () => {
      if (!response.destroyed) response.write(BYTES, more)
    }
    more()
  },
}

let server: Server
let base = ''

beforeAll(async () => {
  server = createServer((request, response) => ANSWERS[request.url ?? '']?.(response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  base = typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : ''
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

function entryAt(path: string): CatalogueEntry {
  return {
    id: 'x',
    title: 'The trace',
    description: 'd',
    file: `${base}${path}`,
    sha256: createHash('sha256').update(BYTES).digest('hex'),
    bytes: BYTES.length,
    requests: 1,
    traceBlockSize: 512,
    licence: 'l',
    madeBy: 'm',
  }
}

/** As a link names it, with or without its checksum. */
function linkedAt(path: string, sha256: string): RemoteTrace {
  return {title: 'The trace', file: `${base}${path}`, sha256, bytes: null}
}

async function download(
  path: string,
  {signal = new AbortController().signal, stallMs = 5000, entry = entryAt(path) as RemoteTrace} = {},
) {
  const loaded: number[] = []
  const result = await downloadTrace(entry, {
    signal,
    stallMs,
    onProgress: bytes => loaded.push(bytes),
  })
  return {
    loaded,
    bytes: result.ok ? Buffer.from(result.value.bytes) : null,
    sha256: result.ok ? result.value.sha256 : null,
    message: result.ok ? '' : result.error.message,
  }
}

describe('downloadTrace', () => {
  it('gives the bytes the catalogue names, with progress', async () => {
    const {bytes, loaded} = await download('/good')
    expect(bytes?.equals(BYTES)).toBe(true)
    expect(loaded.at(-1)).toBe(BYTES.length)
    expect(loaded).toEqual([...loaded].sort((a, b) => a - b))
  })

  it.each([
    ['/fails', /^127\.0\.0\.1:\d+ answered 503 for The trace$/],
    ['/stalls', /stopped sending The trace; nothing came for 0\.2 s/],
    ['/truncates', /did not send The trace.*200000 of 300000 bytes.*not kept/],
    ['/breaks-off', /The trace could not be downloaded from 127/],
    ['/lies', /did not send The trace.*checksum/],
    ['/never-ends', /larger than it should be/],
  ])('refuses what a server that %s sends', async (path, message) => {
    const outcome = await download(path, {stallMs: 200})
    expect(outcome.message).toMatch(message)
    expect(outcome.bytes).toBe(null)
  })

  it('takes whatever is at an address without a checksum, and says which it has', async () => {
    const {bytes, sha256} = await download('/good', {entry: linkedAt('/good', '')})
    expect(bytes?.equals(BYTES)).toBe(true)
    expect(sha256).toBe(entryAt('/good').sha256)
  })

  it('holds an address to the checksum of its link', async () => {
    const good = await download('/good', {entry: linkedAt('/good', entryAt('/good').sha256)})
    expect(good.bytes?.equals(BYTES)).toBe(true)
    const lies = await download('/lies', {entry: linkedAt('/lies', entryAt('/good').sha256)})
    expect(lies.message).toMatch(/did not send The trace as the link names it: the checksum/)
    const breaks = await download('/breaks-off', {entry: linkedAt('/breaks-off', '')})
    expect(breaks.message).toMatch(/could not be downloaded.*CORS/)
  })

  it('stops when told', async () => {
    const abort = new AbortController()
    const reason = new Error('cancelled')
    setTimeout(() => abort.abort(reason), 50)
    await expect(download('/stalls', {signal: abort.signal})).rejects.toBe(reason)
  })
})
