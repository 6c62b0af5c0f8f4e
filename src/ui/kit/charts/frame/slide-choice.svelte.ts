import {Persisted} from '../../persisted.svelte.ts'

/** Of 16:9, by the height that such screens are called by. */
export const SLIDE_SIZES = [720, 1080, 2160] as const
export type SlideSize = (typeof SLIDE_SIZES)[number]

export const SLIDE_THEMES = ['page', 'light', 'dark'] as const
export type SlideTheme = (typeof SLIDE_THEMES)[number]

/** How pictures of charts are saved, kept over visits and the same for all charts. */
class SlideChoice {
  readonly #size = new Persisted<SlideSize>(
    'planner-replay-slide-size',
    text => SLIDE_SIZES.find(size => String(size) === text) ?? 1080,
    String,
  )
  readonly #theme = new Persisted<SlideTheme>(
    'planner-replay-slide-theme',
    text => SLIDE_THEMES.find(theme => theme === text) ?? 'page',
    theme => theme,
  )

  get size(): SlideSize {
    return this.#size.value
  }

  set size(size: SlideSize) {
    this.#size.value = size
  }

  get theme(): SlideTheme {
    return this.#theme.value
  }

  set theme(theme: SlideTheme) {
    this.#theme.value = theme
  }
}

export const slideChoice = new SlideChoice()

/** Acts under a theme of its own; the page, painted afterwards, keeps the one it has. */
export function underTheme<T>(theme: SlideTheme, act: () => T): T {
  if (theme === 'page') return act()
  const root = document.documentElement
  const {theme: before} = root.dataset
  root.dataset.theme = theme
  try {
    return act()
  } finally {
    if (before === undefined) delete root.dataset.theme
    else root.dataset.theme = before
  }
}
