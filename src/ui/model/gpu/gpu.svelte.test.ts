import {describe, expect, it} from 'vitest'
import {fail, ok, type Result} from '../../../core/result.ts'
import type {GpuOffer} from '../../../perf/aic/request/offer.ts'
import type {ModelConfig} from '../../../perf/models/model-config.ts'
import type {ModelStore, SavedModel} from '../../../store/model-store.ts'
import type {GpuApi, ModelFiles} from '../../../worker/gpu-protocol.ts'
import {GpuState} from './gpu.svelte.ts'

const OFFER: GpuOffer = {pairs: [], commonSystems: [], aliases: {}}
const FILES: ModelFiles = {id: 'own/model', config: '{}', quant: null}

/** Reads any files but those of id `bad`; the list of tables can be made to fail. */
function fakeClient() {
  const state = {offer: ok(OFFER) as Result<GpuOffer> | Error, asked: 0}
  const gpu = {
    readModel: async ({id}: ModelFiles) =>
      id === 'bad' ? fail('bad: "vocab_size" is missing') : ok({id} as ModelConfig),
    async gpuOffer() {
      state.asked++
      if (state.offer instanceof Error) throw state.offer
      return state.offer
    },
  } as unknown as GpuApi
  return {state, client: {gpu, models: [] as readonly ModelConfig[]}}
}

function fakeStore(kept: readonly SavedModel[], refusal: string | null = null): ModelStore {
  const saved = new Map(kept.map(model => [model.id, model]))
  const answer = <T>(value: T) => (refusal === null ? ok(value) : fail(refusal))
  return {
    list: async () => answer([...saved.values()]),
    save: async (model: SavedModel) => answer(void saved.set(model.id, model)),
    remove: async (id: string) => answer(void saved.delete(id)),
  } as unknown as ModelStore
}

const ids = (gpu: GpuState) => gpu.own.map(model => model.id)

describe('GpuState', () => {
  it('starts once, with the models kept earlier, and tells which cannot be read', async () => {
    const {client, state} = fakeClient()
    const gpu = new GpuState(client, fakeStore([FILES, {...FILES, id: 'bad'}]))
    await Promise.all([gpu.start(), gpu.start()])
    expect(ids(gpu)).toEqual(['own/model'])
    expect(client.models).toEqual(gpu.own)
    expect(gpu.notes).toEqual(['bad: "vocab_size" is missing'])
    expect([gpu.offer, gpu.problem, state.asked]).toEqual([OFFER, null, 1])
  })

  it.each([
    ['a refusal', fail('offline')],
    ['a dead worker', new Error('offline')],
  ])('tells %s, and a retry works', async (_, offer) => {
    const {client, state} = fakeClient()
    state.offer = offer
    const gpu = new GpuState(client, fakeStore([]))
    await gpu.start()
    expect([gpu.offer, gpu.problem]).toEqual([null, 'offline'])
    state.offer = ok(OFFER)
    await gpu.retry()
    expect([gpu.offer, gpu.problem]).toEqual([OFFER, null])
  })

  it('adds, replaces and removes a model, and sends it to the worker', async () => {
    const {client} = fakeClient()
    const gpu = new GpuState(client, fakeStore([]))
    await gpu.start()
    await gpu.add(FILES)
    await gpu.add(FILES)
    expect(ids(gpu)).toEqual(['own/model'])
    expect(client.models).toEqual(gpu.own)
    expect(await gpu.add({...FILES, id: 'bad'})).toEqual(fail('bad: "vocab_size" is missing'))
    await gpu.remove('own/model')
    expect([ids(gpu), client.models]).toEqual([[], []])
  })

  it('uses a model that the browser refuses to keep, and says so', async () => {
    const {client} = fakeClient()
    const gpu = new GpuState(client, fakeStore([], 'storage is off'))
    await gpu.add(FILES)
    expect(ids(gpu)).toEqual(['own/model'])
    expect(gpu.notes).toEqual(['own/model lasts until the page is closed: storage is off'])
  })
})
