import type {Span, TimeAxis} from './time-axis.svelte.ts'

/** Pictures this close to the window already move along, so that scrolling finds none behind. */
const AHEAD = '200px 0px'

/**
 * The axis' view as one picture draws it: it follows the axis while the picture is in the window or near it, and
 * stands still elsewhere, so that zooming costs what can be seen and not what a page of charts holds. On paper all
 * pictures are in sight. To be called while a component is made.
 */
export function viewInSight(axis: () => TimeAxis, picture: () => Element | undefined): () => Span {
  let isInSight = $state(true)
  let drawn: {readonly of: TimeAxis; readonly view: Span} | null = null
  const view = $derived.by(() => {
    const of = axis()
    if (isInSight || drawn?.of !== of) drawn = {of, view: of.view}
    return drawn.view
  })
  $effect(() => {
    const node = picture()
    // A picture that was taken away is bound as null.
    if (!node) return
    const observer = new IntersectionObserver(
      entries => (isInSight = entries.at(-1)?.isIntersecting ?? true),
      {
        rootMargin: AHEAD,
      },
    )
    observer.observe(node)
    const showAll = () => (isInSight = true)
    window.addEventListener('beforeprint', showAll)
    return () => {
      observer.disconnect()
      window.removeEventListener('beforeprint', showAll)
      isInSight = true
    }
  })
  return () => view
}
