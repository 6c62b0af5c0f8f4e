/** A CSS colour as the browser resolves it there and now: canvas and saved files know neither variables nor themes. */
export function resolveColour(near: Element, colour: string): string {
  const probe = document.createElement('i')
  probe.style.color = colour
  // Forced colours would make all of them one: data keep theirs, as the SVG beside them does.
  probe.style.setProperty('forced-color-adjust', 'none')
  near.append(probe)
  const resolved = getComputedStyle(probe).color
  probe.remove()
  return resolved
}

/** Calls back at once and whenever the page's theme changes, as it does on paper; returns how to stop. */
export function watchTheme(onchange: () => void): () => void {
  const media = ['(prefers-color-scheme: dark)', 'print'].map(query => matchMedia(query))
  const observer = new MutationObserver(onchange)
  observer.observe(document.documentElement, {attributes: true, attributeFilter: ['data-theme']})
  for (const each of media) each.addEventListener('change', onchange)
  onchange()
  return () => {
    observer.disconnect()
    for (const each of media) each.removeEventListener('change', onchange)
  }
}
