import type {Attachment} from 'svelte/attachments'

/** A pointer or the focus that goes on sooner was only passing. */
const DWELL_MS = 60

/** Tells that a button is likely to be pressed: a pointer rests on it or goes down there, or it has the focus. */
export function onIntent(tell: () => void): Attachment<HTMLElement> {
  return button => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const wait = () => {
      clearTimeout(timer)
      timer = setTimeout(tell, DWELL_MS)
    }
    const forget = () => clearTimeout(timer)
    const handlers = {pointerenter: wait, focus: wait, pointerleave: forget, blur: forget, pointerdown: tell}
    for (const [event, handler] of Object.entries(handlers)) button.addEventListener(event, handler)
    return () => {
      forget()
      for (const [event, handler] of Object.entries(handlers)) button.removeEventListener(event, handler)
    }
  }
}
