import {Persisted} from './persisted.svelte.ts'

export type ThemeChoice = 'system' | 'light' | 'dark'

const CHOICES: readonly ThemeChoice[] = ['system', 'light', 'dark']
/** The title bar of an installed page: the header's colour. Those of the system are in index.html. */
const TITLE_BARS = {light: '#ffffff', dark: '#16181d'} as const

/** The one module-level state: a theme belongs to the document, not to a part of it. */
class Theme {
  readonly #choice = new Persisted<ThemeChoice>(
    'planner-replay-theme',
    text => CHOICES.find(choice => choice === text) ?? 'system',
    choice => choice,
  )

  constructor() {
    if (this.choice !== 'system') this.#apply()
  }

  get choice(): ThemeChoice {
    return this.#choice.value
  }

  next = (): void => {
    this.#choice.value = CHOICES[(CHOICES.indexOf(this.choice) + 1) % CHOICES.length] ?? 'system'
    this.#apply()
  }

  #apply(): void {
    const {choice} = this
    if (choice === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = choice
    for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]')) {
      const own = meta.media.includes('dark') ? 'dark' : 'light'
      meta.content = TITLE_BARS[choice === 'system' ? own : choice]
    }
  }
}

export const theme = new Theme()
