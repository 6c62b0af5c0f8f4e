import {deviceGiB} from '../../host/device.ts'
import {LibraryNews} from '../../store/library-news.ts'
import {createLibraryStore} from '../../store/library-store.ts'
import {ModelStore} from '../../store/model-store.ts'
import {SimulatorClient} from '../../worker/client.ts'
import {spawnWorker} from '../../worker/spawn.ts'
import {createAnswers} from '../model/answer/create-answers.ts'
import type {AddressBar} from '../model/workbench/address-bar.ts'
import {createMany} from '../model/workbench/create-many.ts'
import {Workbench} from '../model/workbench/workbench.svelte.ts'

/** The workbench of this tab: one worker, the browser's storage, the address bar. */
export function createWorkbench(fetchResultsView: () => void): Workbench {
  const client = new SimulatorClient(spawnWorker)
  const stores = createLibraryStore()
  return new Workbench({
    client,
    ...createMany(client),
    answers: createAnswers(client),
    stores,
    models: new ModelStore(stores.inputs),
    news: new LibraryNews(),
    address: BROWSER_ADDRESS,
    deviceGib: deviceGiB(),
    fetchResultsView,
  })
}

const BROWSER_ADDRESS: AddressBar = {
  get hash() {
    return location.hash
  },
  push(hash) {
    history.pushState(null, '', hash)
  },
  replace(hash) {
    history.replaceState(null, '', hash)
  },
}
