/** More requests than this under way at a time have no room in two gigabytes, whatever is kept of them. Apart, for the page's first load. */
export const MOST_SLOTS = 2 ** 22
