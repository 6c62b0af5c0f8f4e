import {createStore} from 'idb-keyval'
import {describe, expect, test} from 'vitest'
import {DownloadedTraces} from './downloaded-traces.ts'

const bytes = new TextEncoder().encode('a trace').buffer as ArrayBuffer

describe('DownloadedTraces', () => {
  test('keeps a trace for as long as the page where nothing can be stored, and says so', async () => {
    // There is no IndexedDB here, as in a browser that forbids it.
    const traces = new DownloadedTraces(() => createStore('x', 'y'))
    expect(await traces.read('abc')).toBe(null)
    await traces.write('abc', bytes)
    expect(traces.problem).toMatch(/not let the page store/)
    expect(await (await traces.read('abc'))?.text()).toBe('a trace')
    expect(await traces.list()).toEqual(['abc'])
    await traces.delete('abc')
    expect(await traces.read('abc')).toBe(null)
  })
})
