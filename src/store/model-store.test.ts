import {IDBFactory} from 'fake-indexeddb'
import {set} from 'idb-keyval'
import {afterEach, beforeEach, expect, test, vi} from 'vitest'
import {createLibraryStore} from './library-store.ts'
import {ModelStore} from './model-store.ts'
import {openStore} from './open-store.ts'

const MODEL = {id: 'own/model', config: '{"hidden_size": 1}', quant: null}

beforeEach(() => vi.stubGlobal('indexedDB', new IDBFactory()))
afterEach(() => vi.unstubAllGlobals())

test('models are records of the Library, one by name, and go with it', async () => {
  const {inputs} = createLibraryStore()
  const models = new ModelStore(inputs)
  const onChanged = vi.fn()
  models.onChanged = onChanged
  await models.save(MODEL)
  const newer = {...MODEL, config: '{"hidden_size": 2}'}
  await models.save(newer)
  expect(await models.list()).toEqual({ok: true, value: [newer]})
  expect(await inputs.list()).toMatchObject({
    value: {records: [{what: 'model', name: 'own/model', fileName: 'own/model'}]},
  })
  expect(onChanged).toHaveBeenCalledTimes(2)
  await models.remove('own/model')
  expect(await inputs.list()).toMatchObject({value: {records: []}})
})

test('models that were kept before the Library had them are taken over once', async () => {
  const former = openStore('planner-replay-models', 'models')
  await set(MODEL.id, MODEL, former)
  const models = new ModelStore(createLibraryStore().inputs)
  expect(await models.list()).toEqual({ok: true, value: [MODEL]})
  await models.remove(MODEL.id)
  expect(await models.list()).toEqual({ok: true, value: []})
})
