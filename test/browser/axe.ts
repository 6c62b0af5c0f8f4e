import {readFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import type {AxeResults} from 'axe-core'
import type {Site} from './site.ts'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Rules broken, with the elements that break them. */
export async function violations({page}: Site): Promise<string[]> {
  // A link into the page that is pushed out to the left is taken for a skip link: axe knows of vertical scrolling alone.
  await page.getByRole('navigation', {name: 'Views'}).evaluateAll(([nav]) => nav?.scrollTo({left: 0}))
  await page.evaluate(axeSource)
  const results = (await page.evaluate('axe.run(document, {resultTypes: ["violations"]})')) as AxeResults
  return results.violations.flatMap(({id, nodes}) => nodes.map(node => `${id}: ${node.html.slice(0, 200)}`))
}
