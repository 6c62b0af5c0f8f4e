/**
 * A whole number >= 0 with its digits in groups of three, as `1,048,576`. The language's own formatting reads the rules of a locale
 * first: some 15 ms for the first number.
 */
export function groupedDigits(whole: number): string {
  return String(whole).replace(/\B(?=(\d{3})+$)/g, ',')
}
