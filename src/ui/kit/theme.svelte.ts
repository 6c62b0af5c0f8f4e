export type ThemeChoice = 'system' | 'light' | 'dark'

const CHOICES: readonly ThemeChoice[] = ['system', 'light', 'dark']
/** The title bar of an installed page: the header's colour. Those of the system are in index.html. */
const TITLE_BARS = {light: '#ffffff', dark: '#16181d'} as const
const STORAGE_KEY = 'planner-replay-theme'

/** The one module-level state: a theme belongs to the document, not to a part of it. */
class Theme {
  choice: ThemeChoice = $state('system')

  constructor() {
    const stored = readStored()
    if (stored !== null) this.#apply(stored)
  }

  next = (): void => {
    const following = CHOICES[(CHOICES.indexOf(this.choice) + 1) % CHOICES.length] ?? 'system'
    this.#apply(following)
    try {
      localStorage.setItem(STORAGE_KEY, following)
    } catch {
      // Storage may be forbidden; the choice then lasts as long as the page.
    }
  }

  #apply(choice: ThemeChoice): void {
    this.choice = choice
    if (choice === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = choice
    for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]')) {
      const own = meta.media.includes('dark') ? 'dark' : 'light'
      meta.content = TITLE_BARS[choice === 'system' ? own : choice]
    }
  }
}

function readStored(): ThemeChoice | null {
  try {
    const stored = localStorage.getItem(STORAGE_KEY)
    return CHOICES.find(choice => choice === stored) ?? null
  } catch {
    return null
  }
}

export const theme = new Theme()
