/** Mean width of a character of the 11 px that names and titles in charts have. */
export const CHARACTER_PX = 6.2

/** Cut to so many characters, by a sign that says so. */
export function cutTo(most: number, text: string): string {
  return text.length <= most ? text : `${text.slice(0, Math.max(most - 1, 0))}…`
}
