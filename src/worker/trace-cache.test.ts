import {createHash} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {generateTrace} from '../trace/generators/generate.ts'
import {recipeOf, withSeed} from '../trace/generators/trace-recipes.ts'
import {TraceCache} from './trace-cache.ts'

const TEXT = Array.from({length: 20}, (_, i) =>
  JSON.stringify({timestamp: i * 1000, input_length: 600, output_length: 3, hash_ids: [0, i + 1]}),
).join('\n')

const entry = {
  id: 'far-away',
  title: 'Far away',
  description: 'd',
  file: 'https://example.org/trace.jsonl',
  sha256: createHash('sha256').update(TEXT).digest('hex'),
  bytes: TEXT.length,
  requests: 20,
  traceBlockSize: 512,
  licence: 'l',
  madeBy: 'm',
}

function makeCache() {
  const opened: string[] = []
  const cache = new TraceCache({
    openSiteFile: async path => {
      opened.push(path)
      return new Response(JSON.stringify({version: 1, traces: [entry]}))
    },
    nowMs: () => performance.now(),
    yieldToEvents: async () => {},
  })
  return {cache, opened}
}

const reading = {traceBlockSize: 512, arrivalSpeedupRatio: 1}
const source = {kind: 'catalogue', id: entry.id} as const

describe('TraceCache', () => {
  it('never fetches a trace of another host itself', async () => {
    const {cache, opened} = makeCache()
    const loaded = await cache.load({source, blob: null, ...reading})
    expect(loaded.ok ? '' : loaded.error.message).toBe(
      'Far away is on example.org and has not been downloaded yet',
    )
    expect(opened).toEqual(['static-traces/catalogue.json'])
  })

  it('takes the bytes the page brings if they are the right ones', async () => {
    const {cache} = makeCache()
    const wrong = await cache.load({source, blob: new Blob([TEXT.replace('600', '601')]), ...reading})
    expect(wrong.ok ? '' : wrong.error.message).toContain('checksum')
    const right = await cache.load({source, blob: new Blob([TEXT]), ...reading})
    expect(right.ok && right.value.workload.requestCount).toBe(20)
    expect(right.ok && right.value.file.name).toBe('trace.jsonl')
  })

  it('keeps readings in different formats apart, and cuts anew each time', async () => {
    const {cache} = makeCache()
    const blob = new Blob([TEXT])
    const load = (change: object) => cache.load({source, blob, ...reading, ...change})
    expect((await load({})).ok).toBe(true)
    const asCsv = await load({traceFormat: {format: 'csv'}})
    expect(asCsv.ok ? '' : asCsv.error.message).toContain('trace.jsonl: trace line 1')
    const cut = await load({traceSelection: {startS: 5, endS: 10}})
    expect(cut.ok && cut.value.workload.requestCount).toBe(5)
    const whole = await load({})
    expect(whole.ok && whole.value.workload.requestCount).toBe(20)
  })

  it('asks the server itself when a kept copy is damaged, and says what is wrong with that one', async () => {
    const bundled = {...entry, id: 'here', file: 'here.jsonl'}
    const load = (kept: string, fresh: string | null) => {
      const opened: string[] = []
      const cache = new TraceCache({
        openSiteFile: async (path, options) => {
          opened.push(`${path}${options?.isFresh ? ' afresh' : ''}`)
          if (path.endsWith('.json')) return new Response(JSON.stringify({version: 1, traces: [bundled]}))
          if (options?.isFresh && fresh === null) throw new Error('no network')
          return new Response(options?.isFresh ? fresh : kept)
        },
        nowMs: () => performance.now(),
        yieldToEvents: async () => {},
      })
      const loaded = cache.load({source: {kind: 'catalogue', id: 'here'}, blob: null, ...reading})
      return loaded.then(result => ({opened, text: result.ok ? 'ok' : result.error.message}))
    }
    const damaged = TEXT.replace('600', '601')
    expect((await load(TEXT, null)).opened).not.toContain('static-traces/here.jsonl afresh')
    expect(await load(damaged, TEXT)).toEqual({
      opened: ['static-traces/catalogue.json', 'static-traces/here.jsonl', 'static-traces/here.jsonl afresh'],
      text: 'ok',
    })
    expect((await load(damaged, damaged)).text).toContain('checksum')
    expect((await load(damaged, null)).text).toContain('checksum')
  })
})

describe('a trace of the site made anew', () => {
  const site = () => {
    const opened: string[] = []
    const cache = new TraceCache({
      openSiteFile: async path => {
        opened.push(path)
        return new Response(new Uint8Array(readFileSync(path)))
      },
      nowMs: () => performance.now(),
      yieldToEvents: async () => {},
    })
    const load = (traceSeed?: number, id = 'toolagent-5min') =>
      cache.load({
        source: {kind: 'catalogue', id},
        blob: null,
        ...reading,
        ...(traceSeed === undefined ? {} : {traceSeed}),
      })
    return {cache, load, opened}
  }

  it('is generated with the seed, named and hashed as what it is', async () => {
    const {load, opened} = site()
    const generated = await load(7)
    const text = generateTrace(withSeed(recipeOf('toolagent-5min')!, 7))
    if (!generated.ok) throw new Error(generated.error.message)
    expect(generated.value.file).toMatchObject({
      name: 'toolagent-5min.jsonl.gz, seed 7',
      sha256: createHash('sha256').update(text).digest('hex'),
      source: {kind: 'catalogue', id: 'toolagent-5min'},
    })
    expect(generated.value.workload.requestCount).toBe(640)
    expect(opened).toEqual(['static-traces/catalogue.json'])
    const again = await load(7)
    expect(again.ok && again.value.file.parsed).toBe(generated.value.file.parsed)
    const other = await load(8)
    expect(other.ok && other.value.file.sha256).not.toBe(generated.value.file.sha256)
  })

  it('with its own seed is the file', async () => {
    const {load} = site()
    const [file, own] = [await load(), await load(5)]
    if (!file.ok || !own.ok) throw new Error('the trace was not loaded')
    expect(own.value.file).toBe(file.value.file)
    expect(file.value.file.name).toBe('toolagent-5min.jsonl.gz')
  })

  it('is found by its checksum where a command line named it', async () => {
    const {cache, load} = site()
    const file = await load()
    if (!file.ok) throw new Error(file.error.message)
    const named = {kind: 'file', name: 'copy.gz', sha256: file.value.file.sha256} as const
    const generated = await cache.load({source: named, blob: null, ...reading, traceSeed: 7})
    expect(generated.ok && generated.value.file).toMatchObject({
      source: named,
      name: 'toolagent-5min.jsonl.gz, seed 7',
    })
  })

  it('is refused where there is no generator', async () => {
    const {cache, load} = site()
    const refusals = [
      await load(7, 'mooncake-conversation'),
      await cache.load({
        source: {kind: 'file', name: 'own.jsonl', sha256: entry.sha256},
        blob: new Blob([TEXT]),
        ...reading,
        traceSeed: 7,
      }),
    ]
    for (const refusal of refusals)
      expect(refusal.ok ? '' : refusal.error.message).toBe(
        'trace_seed: only traces of static-traces/ have a generator',
      )
  })
})
