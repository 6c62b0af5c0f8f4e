import {createHash} from 'node:crypto'
import {describe, expect, it} from 'vitest'
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
