const STORAGE_KEY = 'planner-replay-shown-run'

/** Notes which saved run is on screen, for the page that loads next in this tab. */
export function rememberShown(id: string | null): void {
  try {
    if (id === null) sessionStorage.removeItem(STORAGE_KEY)
    else sessionStorage.setItem(STORAGE_KEY, id)
  } catch {
    // Storage may be forbidden; the run is then found in the library, if anywhere.
  }
}

/** The run noted last, once. */
export function takeShown(): string | null {
  try {
    const id = sessionStorage.getItem(STORAGE_KEY)
    sessionStorage.removeItem(STORAGE_KEY)
    return id
  } catch {
    return null
  }
}
