import {describe, expect, it} from 'vitest'
import type {OfflineAnswer, OfflineRequest} from '../../../service-worker/protocol.ts'
import {OfflineState} from './offline.svelte.ts'

class FakeWorker extends EventTarget {
  readonly asked: OfflineRequest[] = []
  readonly #answers: OfflineAnswer[]

  constructor(answers: OfflineAnswer[] = []) {
    super()
    this.#answers = answers
  }

  postMessage(request: OfflineRequest, [port]: MessagePort[] = []): void {
    this.asked.push(request)
    // Answered with what is stored, like all; nothing of it is looked at.
    if (request === 'remove-old') port?.postMessage(stored(0))
    else port?.postMessage(this.#answers.shift() ?? {ok: false, reason: 'nothing left to say'})
  }
}

class FakeRegistration extends EventTarget {
  installing: FakeWorker | null = null
  waiting: FakeWorker | null = null
  active: FakeWorker | null = null
}

class FakeContainer extends EventTarget {
  readonly registration: FakeRegistration
  readonly isKnown: boolean

  constructor(registration: FakeRegistration, isKnown: boolean) {
    super()
    this.registration = registration
    this.isKnown = isKnown
  }

  get ready() {
    return Promise.resolve(this.registration)
  }
  getRegistration = async () => (this.isKnown ? this.registration : undefined)
  register = async () => this.registration
}

const stored = (storedBytes: number, further = 0): OfflineAnswer => ({
  ok: true,
  status: {storedBytes, totalBytes: 30, onDemand: {storedBytes: further, totalBytes: 50}},
})
const READY = {kind: 'ready', storedBytes: 30, furtherBytes: 50}

function makeState(answers: OfflineAnswer[], {isKnown = false, savesData = false} = {}) {
  const registration = new FakeRegistration()
  registration.active = new FakeWorker(answers)
  const container = new FakeContainer(registration, isKnown)
  let reloads = 0
  const state = new OfflineState({
    serviceWorkers: container as unknown as ServiceWorkerContainer,
    savesData,
    whenQuiet: async () => {},
    reload: () => reloads++,
  })
  return {state, registration, container, active: registration.active, reloads: () => reloads}
}

/** A newer version arrives as a browser tells of it: found, installed, waiting. */
function arrive(registration: FakeRegistration): FakeWorker {
  const worker = new FakeWorker()
  registration.installing = worker
  registration.dispatchEvent(new Event('updatefound'))
  registration.installing = null
  registration.waiting = worker
  worker.dispatchEvent(new Event('statechange'))
  return worker
}

describe('OfflineState', () => {
  it('asks for more until nothing is missing', async () => {
    const {state, active} = makeState([stored(0), stored(10), stored(30)])
    await state.start()
    expect(active.asked).toEqual(['remove-old', 'status', 'store-more', 'store-more'])
    expect(state.phase).toEqual(READY)
  })

  it('stores tables of further GPUs when the user asks for them, not before', async () => {
    const {state, active} = makeState([stored(0), stored(30), stored(30), stored(30, 20), stored(30, 50)])
    await state.start()
    expect(state.phase).toEqual(READY)
    expect(active.asked).not.toContain('store-more-on-demand')
    await state.storeFurther()
    expect(active.asked.slice(-2)).toEqual(['store-more-on-demand', 'store-more-on-demand'])
    expect(state.phase).toEqual({kind: 'ready', storedBytes: 80, furtherBytes: 0})
  })

  it('does nothing where there are no service workers', async () => {
    const state = new OfflineState({
      serviceWorkers: null,
      savesData: false,
      whenQuiet: () => Promise.reject(new Error('not to be asked')),
      reload: () => {},
    })
    await state.start()
    expect(state.phase).toEqual({kind: 'none'})
  })

  it('says why storing failed, and goes on when asked again', async () => {
    const {state} = makeState([stored(0), {ok: false, reason: 'no room'}, stored(10), stored(30)])
    await state.start()
    expect(state.phase).toEqual({kind: 'failed', reason: 'no room'})
    await state.store()
    expect(state.phase).toEqual(READY)
  })

  it('leaves it to a user who asked to save data, unless all is stored', async () => {
    const {state, active} = makeState([stored(10), stored(10), stored(30)], {savesData: true})
    await state.start()
    expect(state.phase).toEqual({kind: 'offered', storedBytes: 10, totalBytes: 30})
    expect(active.asked).toEqual(['remove-old', 'status'])
    await state.store()
    expect(state.phase).toEqual(READY)
    const full = makeState([stored(30)], {savesData: true})
    await full.state.start()
    expect(full.state.phase.kind).toBe('ready')
  })

  it('says at once, before the page is quiet, that all is there from a visit before', async () => {
    const {registration} = makeState([stored(30)])
    const state = new OfflineState({
      serviceWorkers: new FakeContainer(registration, true) as unknown as ServiceWorkerContainer,
      savesData: false,
      whenQuiet: () => new Promise(() => {}),
      reload: () => {},
    })
    void state.start()
    await expect.poll(() => state.phase).toEqual(READY)
  })

  it('takes the first version for no update', async () => {
    const {state, registration} = makeState([stored(30)])
    registration.active = null
    const started = state.start()
    const first = arrive(registration)
    await started
    expect(state.hasUpdate).toBe(false)
    registration.waiting = null
    registration.active = first
    first.dispatchEvent(new Event('statechange'))
    expect(state.hasUpdate).toBe(false)
  })

  it('tells of a newer version, found now or waiting since before, and reloads only on request', async () => {
    const {state, registration, container, reloads} = makeState([stored(30)])
    await state.start()
    const newer = arrive(registration)
    expect(state.hasUpdate).toBe(true)
    container.dispatchEvent(new Event('controllerchange'))
    expect(reloads()).toBe(0)
    state.update()
    expect(newer.asked).toEqual(['take-over'])
    expect(reloads()).toBe(0)
    container.dispatchEvent(new Event('controllerchange'))
    expect(reloads()).toBe(1)

    const late = makeState([stored(30), stored(30)], {isKnown: true})
    late.registration.waiting = new FakeWorker()
    await late.state.start()
    expect(late.state.hasUpdate).toBe(true)
    // Another tab was quicker.
    late.registration.waiting = null
    late.state.update()
    expect(late.reloads()).toBe(1)
  })
})
