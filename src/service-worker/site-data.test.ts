import {createHash} from 'node:crypto'
import {describe, expect, it} from 'vitest'
import type {SiteFile} from './protocol.ts'
import {SiteData} from './site-data.ts'

const SITE = 'https://host.example/some/path/'
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

function fileOf(url: string, ...contents: string[]): SiteFile {
  const [first = ''] = contents
  return {url, revision: sha256(first).slice(0, 16), bytes: first.length, sha256: contents.map(sha256)}
}

/** A store over a Map, and a network that gives what `served` holds; `cached` is what lies in between. */
function makeHost(served: Record<string, string>, cached: Record<string, string> = {}) {
  const stored = new Map<string, Response>()
  const fetched: string[] = []
  const urlOf = (request: RequestInfo | URL) =>
    request instanceof Request ? request.url : new URL(String(request), SITE).href
  const data = (files: readonly SiteFile[]) =>
    new SiteData(files, {
      siteUrl: SITE,
      openCache: async () => ({
        match: async request => stored.get(urlOf(request))?.clone(),
        put: async (request, response) => void stored.set(urlOf(request), response),
        delete: async request => stored.delete(urlOf(request)),
        keys: async () => [...stored.keys()].map(url => new Request(url)),
      }),
      fetch: async (request, init) => {
        const path = urlOf(request).slice(SITE.length)
        const mode = init?.cache ?? (request instanceof Request ? request.cache : 'default')
        fetched.push(`${path} ${mode}`)
        const text = (mode === 'reload' ? undefined : cached[path]) ?? served[path]
        return text === undefined ? new Response('', {status: 404}) : new Response(text)
      },
    })
  return {data, stored, fetched, served}
}

async function ask(data: SiteData, file: SiteFile, cache: RequestCache = 'default'): Promise<string> {
  const work: Promise<unknown>[] = []
  const request = new Request(new URL(file.url, SITE), {cache})
  const response = await data.answer(file, request, each => work.push(each))
  await Promise.all(work)
  return response.text()
}

const A = fileOf('perf/a.pack', 'table a')
const B = fileOf('perf/b.pack', 'table b')

describe('SiteData', () => {
  it('stores what is missing, a megabyte or so at a time, and says how much is there', async () => {
    const half = 'x'.repeat(600_000)
    const files = ['1', '2', '3'].map(name => fileOf(`perf/${name}`, half + name))
    const {data, fetched} = makeHost(Object.fromEntries(files.map((file, i) => [file.url, half + (i + 1)])))
    const store = data(files)
    expect(await store.share('unasked')).toEqual({storedBytes: 0, totalBytes: 1_800_003})
    await Promise.all([store.storeMore('unasked'), store.storeMore('unasked')])
    expect((await store.share('unasked')).storedBytes).toBe(1_200_002)
    await store.storeMore('unasked')
    expect((await store.share('unasked')).storedBytes).toBe(1_800_003)
    await store.storeMore('unasked')
    expect(fetched).toEqual(files.map(file => `${file.url} default`))
  })

  it('stores what is on demand when it is used or asked for, never unasked', async () => {
    const {data, fetched} = makeHost({[A.url]: 'table a', [B.url]: 'table b', 'perf/c.pack': 'table c'})
    const [b, c] = [
      {...B, isOnDemand: true},
      {...fileOf('perf/c.pack', 'table c'), isOnDemand: true},
    ]
    const store = data([A, b, c])
    await store.storeMore('unasked')
    await store.storeMore('unasked')
    expect(fetched).toEqual(['perf/a.pack default'])
    expect(await ask(store, b)).toBe('table b')
    expect(await store.share('on-demand')).toEqual({storedBytes: 7, totalBytes: 14})
    await store.storeMore('on-demand')
    expect(fetched).toEqual(['perf/a.pack default', 'perf/b.pack default', 'perf/c.pack default'])
    expect((await store.share('on-demand')).storedBytes).toBe(14)
  })

  it('never stores another content, and asks past the cache that gave it', async () => {
    const healed = makeHost({[A.url]: 'table a'}, {[A.url]: 'older a'})
    await healed.data([A]).storeMore('unasked')
    expect(healed.fetched).toEqual([`${A.url} default`, `${A.url} reload`])
    expect(await ask(healed.data([A]), A)).toBe('table a')

    const wrong = makeHost({[A.url]: 'newer a'})
    await expect(wrong.data([A]).storeMore('unasked')).rejects.toThrow(/perf\/a\.pack is not the file/)
    expect(await ask(wrong.data([A]), A)).toBe('newer a')
    expect(wrong.stored.size).toBe(0)
    await expect(makeHost({}).data([A]).storeMore('unasked')).rejects.toThrow(/answered 404/)
  })

  it('takes the contents of a packed file, where a server declares the packing', async () => {
    const trace = fileOf('static-traces/t.gz', 'packed', 'contents')
    const {data, stored} = makeHost({[trace.url]: 'contents'})
    await data([trace]).storeMore('unasked')
    expect(stored.size).toBe(1)
    expect(await ask(data([trace]), trace)).toBe('contents')
  })

  it('answers from the store, stores what it had to fetch, and asks the server when a copy is damaged', async () => {
    const {data, fetched} = makeHost({[A.url]: 'table a'})
    const store = data([A])
    expect(store.find(`${SITE}perf/a.pack`)).toBe(A)
    expect(store.find(`${SITE}perf/other.pack`)).toBe(undefined)
    expect(await ask(store, A)).toBe('table a')
    expect(await ask(store, A)).toBe('table a')
    expect(fetched).toEqual(['perf/a.pack default'])
    expect(await ask(store, A, 'reload')).toBe('table a')
    expect(fetched).toEqual(['perf/a.pack default', 'perf/a.pack reload'])
  })

  it('keeps what a new version shares with the old, and drops the rest', async () => {
    const {data, stored, fetched, served} = makeHost({[A.url]: 'table a', [B.url]: 'table b'})
    await data([A, B]).storeMore('unasked')
    const changed = fileOf(B.url, 'table b, measured anew')
    served[B.url] = 'table b, measured anew'
    const newer = data([A, changed])
    expect((await newer.share('unasked')).storedBytes).toBe(A.bytes)
    await newer.removeOld()
    expect(stored.size).toBe(1)
    await newer.storeMore('unasked')
    expect(fetched).toEqual(['perf/a.pack default', 'perf/b.pack default', 'perf/b.pack default'])
    expect(await ask(newer, changed)).toBe('table b, measured anew')
  })
})
