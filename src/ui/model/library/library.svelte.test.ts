import {describe, expect, test, vi} from 'vitest'
import {defaultScenario} from '../../../config/presets.ts'
import {fail} from '../../../core/result.ts'
import {smallOutcome} from '../../../store/library-fixture.ts'
import {createLibraryStore} from '../../../store/library-store.ts'
import {PointStore} from '../../../store/point-store.ts'
import type {RunRequest} from '../../../worker/protocol.ts'
import {KnownPoints} from '../answer/known-points.ts'
import {ComparisonState} from '../compare/comparison.svelte.ts'
import {BatchState} from '../run/batch.svelte.ts'
import {finishedRun} from '../run/run.svelte.ts'
import {LibraryState} from './library.svelte.ts'

const scenario = defaultScenario()

const packer = {
  pack: async () => new Uint8Array([1]),
  unpack: async () => ({ok: true, value: null}) as const,
}

/** A library in a browser that refuses to store. */
function refused(): LibraryState {
  return new LibraryState(
    createLibraryStore(() => () => Promise.reject(new DOMException('no', 'SecurityError'))),
    packer,
  )
}

describe('a library that cannot store', () => {
  test('keeps runs for the tab, opens them, and says why', async () => {
    const library = refused()
    await library.load()
    expect(library.problem).toContain('private window')
    library.dismiss()
    const run = finishedRun(scenario, smallOutcome())
    const id = library.keep(run, 'Short')
    await vi.waitFor(() => expect(library.problem).toContain('private window'))
    expect(library.entries).toMatchObject([{isStored: false, summary: {id, traceTitle: 'Short'}}])
    expect(await library.open(id)).toBe(run)
  })

  test('renames and deletes what it holds', async () => {
    const library = refused()
    const id = library.keep(finishedRun(scenario, smallOutcome()), 'Short')
    await library.edit('run', id, {name: '  mine  '})
    expect(library.summary(id)?.name).toBe('mine')
    await library.edit('run', id, {name: '   '})
    expect(library.summary(id)?.name).toBe('mine')
    await library.remove('run', [id])
    expect(library.entries).toEqual([])
  })

  test('keeps a run once, however often it is shown', () => {
    const library = refused()
    const run = finishedRun(scenario, smallOutcome())
    expect(library.keep(run, 'Short')).toBe(library.keep(run, 'Short'))
    expect(library.entries).toHaveLength(1)
  })
})

/** Nothing is repeated here. */
const NOBODY = {spare: {run: async () => fail('no workers')}, known: new KnownPoints(new PointStore())}

describe('ComparisonState', () => {
  test('compares kept runs in order, at most six, each once', async () => {
    const library = refused()
    const comparison = new ComparisonState(library, NOBODY)
    const ids = Array.from({length: 7}, () => library.keep(finishedRun(scenario, smallOutcome()), 'Short'))
    await comparison.show([ids[0]!, ids[1]!, ids[0]!])
    expect(comparison.runs.map(({id}) => id)).toEqual(ids.slice(0, 2))
    comparison.putFirst(ids[1]!)
    expect(comparison.runs[0]?.id).toBe(ids[1])
    for (const id of ids) await comparison.add(id)
    expect(comparison.runs).toHaveLength(6)
    expect(comparison.isFull).toBe(true)
    comparison.remove(ids[1]!)
    expect(comparison.runs.map(({id}) => id)).not.toContain(ids[1])
  })

  test('drops a run that cannot be opened or was deleted', async () => {
    const library = refused()
    const comparison = new ComparisonState(library, NOBODY)
    const id = library.keep(finishedRun(scenario, smallOutcome()), 'Short')
    await comparison.show([id, 'not-there'])
    expect(comparison.ids).toEqual([id])
    await library.remove('run', [id])
    expect(comparison.runs).toEqual([])
  })
})

describe('BatchState', () => {
  const named = ['one', 'two'].map(name => ({name, scenario}))
  const files = {trace: null, profile: null}

  test('runs scenarios one after the other', async () => {
    const seen: string[] = []
    const batch: BatchState = new BatchState({
      run: async (_: RunRequest) => {
        seen.push(batch.items.map(({state}) => state).join(' '))
        return {ok: true, value: smallOutcome()}
      },
    })
    const runs = await batch.start(named, files)
    expect(runs).toHaveLength(2)
    expect(seen).toEqual(['running waiting', 'done running'])
    expect(batch.isRunning).toBe(false)
  })

  test('stops at the first that fails and names it', async () => {
    const run = vi.fn(async () => ({ok: false, error: {message: 'no data'}}) as const)
    const batch = new BatchState({run})
    expect(await batch.start(named, files)).toBeNull()
    expect(batch.problem).toBe('one: no data')
    expect(run).toHaveBeenCalledTimes(1)
  })

  test('a cancelled batch is neither a result nor a problem', async () => {
    const run = (_: RunRequest, __: unknown, signal: AbortSignal) =>
      new Promise<never>((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason), {once: true}),
      )
    const batch = new BatchState({run})
    const started = batch.start(named, files)
    batch.cancel()
    expect(await started).toBeNull()
    expect(batch.problem).toBeNull()
    expect(batch.isRunning).toBe(false)
  })
})
