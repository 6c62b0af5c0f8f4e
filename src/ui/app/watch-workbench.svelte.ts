import {untrack} from 'svelte'
import type {Scenario} from '../../config/scenario.ts'
import type {Workbench} from '../model/workbench/workbench.svelte.ts'

/** A pause in typing, before the trace is read anew. */
const SETTLE_MS = 250

/** Between two writings of the address: a browser refuses the hundredth within half a minute. */
const ADDRESS_PAUSE_MS = 400

/** What happens by itself: each effect names what it follows and hands over to the workbench. */
export function watchWorkbench(workbench: Workbench): void {
  const {
    run,
    answers,
    search,
    sweep,
    bench,
    view,
    comparison,
    scenario,
    trace,
    link,
    actions,
    titles,
    profiles,
  } = workbench

  $effect(() => {
    if (run.finished !== null) untrack(() => workbench.keepFinished())
  })

  // What the user waits for comes first: the workers are left to it, and what was repeated is taken up afterwards.
  $effect(() => {
    if (workbench.isBusy) untrack(() => answers.pause())
    else if (run.finished !== null && workbench.canRepeat) untrack(() => workbench.answerFinished())
  })

  $effect(() => {
    const isShown = view.current === 'compare' && comparison.runs.length >= 2 && answers.isOn
    if (isShown && !workbench.isBusy) untrack(() => workbench.repeatCompared())
    else untrack(() => comparison.spread.pause())
  })

  $effect(() => {
    const {kind} = sweep.phase
    if (kind !== 'idle' && kind !== 'running') untrack(() => actions.keepSweep(titles.ofTraffic))
  })

  $effect(() => {
    const {kind} = search.phase
    if (kind === 'done' || kind === 'paused') untrack(() => void actions.keepSearch(titles.ofTraffic))
  })

  $effect(() => {
    const isOpen = view.current === 'sweep' && sweep.draft.kind === 'ready' && sweep.plan === null
    if (isOpen) untrack(() => void actions.takeUpSweep())
  })

  $effect(() => {
    const asked = view.current === 'bench' && bench.phase.kind === 'idle' ? scenario.scenario : null
    void bench.choice
    if (asked !== null) untrack(() => void bench.takeUp($state.snapshot(asked) as Scenario))
  })

  $effect(() => {
    view.comparisonOnScreen = comparison.links
    view.sweepInForm = sweep.linkPairs
    view.searchInForm = search.linkPairs
    view.benchInForm = bench.linkPairs
    view.pricesInForm = workbench.prices.linkPairs
  })

  // A profile the Library has need not be picked again.
  $effect(() => {
    const id = profiles.wanted(scenario.scenario)
    if (id !== null) untrack(() => void profiles.fetch(id))
  })

  // The trace follows the scenario: loaded when it is chosen, read anew when its reading changes.
  $effect(() => {
    void scenario.trace
    if (!scenario.traceReading.ok) return
    const isFirst = untrack(() => trace.info === null)
    const timer = setTimeout(() => void workbench.followTrace(), isFirst ? 0 : SETTLE_MS)
    return () => clearTimeout(timer)
  })

  // At once, so that a reload right after a choice has it; in typing the later letters follow together.
  let writtenMs = performance.now()
  $effect(() => {
    if (link.hash === null) return
    const write = () => {
      writtenMs = performance.now()
      untrack(() => workbench.writeAddress())
    }
    const waitMs = writtenMs + ADDRESS_PAUSE_MS - performance.now()
    const timer = waitMs > 0 ? setTimeout(write, waitMs) : undefined
    if (timer === undefined) write()
    return () => clearTimeout(timer)
  })

  $effect(() => {
    if (workbench.isDue) untrack(() => workbench.runWhatIsDue())
  })
}
