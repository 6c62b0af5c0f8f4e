import type {Page} from 'playwright-core'

/** CPU time of one task of the page's main thread, and what it ran between which marks. */
export interface MainThreadTask {
  /** Trace time. */
  readonly startMs: number
  readonly endMs: number
  /** Of the thread itself, so that a busy machine makes no task look longer. */
  readonly cpuMs: number
}

export interface MainThreadTrace {
  readonly tasks: readonly MainThreadTask[]
  /** CPU time of all script between one drawn frame and the next, ms; frames without script are left out. */
  readonly scriptMsByFrame: readonly number[]
  /** Trace time of each `performance.mark`, the first of a name. */
  readonly marks: ReadonlyMap<string, number>
}

interface TraceEvent {
  readonly name: string
  readonly cat: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  readonly ts: number
  readonly dur?: number
  readonly tdur?: number
}

/** Records every task of the page's main thread while `act` runs. The page must set at least one mark. */
export async function traceMainThread(page: Page, act: () => Promise<void>): Promise<MainThreadTrace> {
  const browser = page.context().browser()
  if (browser === null) throw new Error('the page has no browser')
  await browser.startTracing(page, {categories: ['toplevel', 'blink.user_timing', 'devtools.timeline']})
  await act()
  const buffer = await browser.stopTracing()
  const {traceEvents} = JSON.parse(buffer.toString()) as {traceEvents: TraceEvent[]}
  return readTrace(traceEvents)
}

function readTrace(events: readonly TraceEvent[]): MainThreadTrace {
  const marked = events.filter(({cat, ph}) => cat.includes('blink.user_timing') && 'RIn'.includes(ph))
  const thread = marked[0]
  if (thread === undefined) throw new Error('the trace holds no mark, so the main thread is unknown')
  const tasks = events
    .filter(({pid, tid}) => pid === thread.pid && tid === thread.tid)
    .filter(({name, ph}) => name === 'ThreadControllerImpl::RunTask' && ph === 'X')
    .map(({ts, dur = 0, tdur = 0}) => ({startMs: ts / 1000, endMs: (ts + dur) / 1000, cpuMs: tdur / 1000}))
  const marks = new Map<string, number>()
  for (const {name, ts} of marked) if (!marks.has(name)) marks.set(name, ts / 1000)
  const onThread = events.filter(({pid, tid, ph}) => pid === thread.pid && tid === thread.tid && ph === 'X')
  return {tasks, scriptMsByFrame: scriptByFrame(onThread), marks}
}

/** What runs the page's code: handlers, timers, frames, promises. They nest; only the outermost counts. */
const SCRIPT = new Set([
  'EventDispatch',
  'FunctionCall',
  'FireAnimationFrame',
  'RunMicrotasks',
  'TimerFire',
  'EvaluateScript',
])
/** The last step of a frame on the main thread. */
const FRAME_END = 'Layerize'

function scriptByFrame(events: readonly TraceEvent[]): number[] {
  const inOrder = events
    .filter(({name}) => SCRIPT.has(name) || name === FRAME_END)
    .sort((a, b) => a.ts - b.ts)
  const frames: number[] = []
  let scriptMs = 0
  let scriptEnd = 0
  for (const {name, ts, dur = 0, tdur = 0} of inOrder) {
    if (name === FRAME_END) {
      if (scriptMs > 0) frames.push(scriptMs)
      scriptMs = 0
    } else if (ts >= scriptEnd) {
      scriptMs += tdur / 1000
      scriptEnd = ts + dur
    }
  }
  return frames
}

/**
 * Runs in the page. The run is over when its progress bar goes: what the same task does next is the drawing of results.
 */
export function markEndOfRun(): void {
  let wasRunning = false
  new MutationObserver(() => {
    const isRunning = document.querySelector('[role=progressbar]') !== null
    if (wasRunning && !isRunning) performance.mark('run ended')
    wasRunning = isRunning
  }).observe(document, {childList: true, subtree: true})
}
