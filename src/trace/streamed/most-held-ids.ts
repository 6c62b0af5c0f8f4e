/** More hash ids than this of turns that wait have no room beside a run: half a gigabyte. Apart, for the page's first load. */
export const MOST_HELD_IDS = 2 ** 27
