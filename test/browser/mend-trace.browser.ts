import {expect, test} from 'vitest'
import {expectVisible, type Site, useSite} from './site.ts'

const {open} = useSite()

const fact = ({page}: Site, name: string) => page.locator('dl.facts div', {hasText: name}).locator('dd')

async function give({page}: Site, name: string, text: string) {
  await page.getByLabel('Trace file').setInputFiles({name, mimeType: 'text/plain', buffer: Buffer.from(text)})
}

const mooncake = (timestamp: number) =>
  JSON.stringify({
    timestamp,
    input_length: 600,
    output_length: 5,
    hash_ids: [2 * timestamp, 2 * timestamp + 1],
  })

test('the doctor says before a run that times look like seconds, and one button reads them so', async () => {
  const site = await open()
  await give(site, 'seconds.jsonl', Array.from({length: 20}, (_, i) => mooncake(i)).join('\n'))
  const doctor = site.page.getByRole('region', {name: 'Trace doctor'})
  await expectVisible(doctor.getByText('are these times in seconds?'))
  await expectVisible(fact(site, 'Arrivals over').getByText('0.0 s', {exact: true}))
  await doctor.getByRole('button', {name: 'Read times as seconds'}).click()
  await expectVisible(fact(site, 'Arrivals over').getByText('19 s', {exact: true}))
  expect(await doctor.count()).toBe(0)
  expect(site.page.url()).toContain('trace-columns=unit%3Ds')
})

test('the doctor says before a run what does not fit the fleet, and one button leaves it out', async () => {
  const site = await open({hash: 'v=1&timing=polynomial&workers=2&engine.num_gpu_blocks=2048'})
  const {page} = site
  const long = JSON.parse(mooncake(7)) as object
  const ids = Array.from({length: 293}, (_, i) => 1000 + i)
  const tooLong = JSON.stringify({...long, input_length: 150_000, hash_ids: ids})
  const rows = Array.from({length: 20}, (_, i) => (i === 7 ? tooLong : mooncake(i * 500)))
  await give(site, 'long.jsonl', rows.join('\n'))
  const doctor = page.getByRole('region', {name: 'Trace and fleet'})
  await expectVisible(doctor.getByText(/1 of 20 requests does not fit .* KV cache of 131072 tokens/))
  await doctor.getByRole('button', {name: 'Leave out prompts over 149999 tokens'}).click()
  await expect.poll(() => page.url()).toContain('149999')
  await expect.poll(() => doctor.count()).toBe(0)
  await expectVisible(fact(site, 'Requests').getByText('19', {exact: true}))
})

test('a table whose columns nobody knows is mapped in a dialog, which the next file of its kind remembers', async () => {
  const site = await open()
  const {page} = site
  const table = (rows: number) =>
    `when,in,out\n${Array.from({length: rows}, (_, i) => `${i * 500},${700 + i},9`).join('\n')}\n`
  await give(site, 'odd.csv', table(8))
  await expectVisible(page.getByRole('alert').getByText('no column is known to hold'))
  await page.getByRole('button', {name: 'Say what its columns mean…'}).click()
  const dialog = page.getByRole('dialog', {name: 'Columns of odd.csv'})
  await expect.poll(() => dialog.locator('tbody tr').count()).toBe(5)
  expect(await dialog.locator('tbody tr').first().innerText()).toMatch(/0\s+700\s+9/)
  const use = dialog.getByRole('button', {name: 'Use these columns'})
  expect(await use.isDisabled()).toBe(true)
  await dialog.getByLabel('Arrival time').selectOption('when')
  await dialog.getByLabel('Input tokens').selectOption('in')
  await dialog.getByLabel('Output tokens').selectOption('out')
  await dialog.getByLabel('Unit of time').selectOption('ms')
  await use.click()
  await expectVisible(fact(site, 'Requests').getByText('8', {exact: true}))
  await expectVisible(fact(site, 'Arrivals over').getByText('3.5 s', {exact: true}))

  await give(site, 'odd-again.csv', table(4).replace('when', 'at'))
  await expectVisible(page.getByRole('alert').getByText('no column'))

  // The link has the file and its columns: after a reload both are back, without being asked again.
  await expect.poll(() => page.url()).toMatch(/file=odd\.csv.*trace-columns=/)
  await page.reload()
  await expectVisible(fact(site, 'Requests').getByText('8', {exact: true}))
  await expectVisible(fact(site, 'Arrivals over').getByText('3.5 s', {exact: true}))

  // A page without them asks, and knows what was said of such a header.
  await page.goto('about:blank')
  await page.goto(site.url)
  await give(site, 'odd-later.csv', table(6))
  await expectVisible(page.getByRole('alert').getByText('no column is known to hold'))
  await page.getByRole('button', {name: 'Say what its columns mean…'}).click()
  const again = page.getByRole('dialog', {name: 'Columns of odd-later.csv'})
  await expect.poll(() => again.getByLabel('Arrival time').inputValue()).toBe('when')
  expect(await again.getByLabel('Unit of time').inputValue()).toBe('ms')
})

test('bad lines are listed and left out together, and the result says so', async () => {
  const site = await open()
  const {page} = site
  const lines = [
    mooncake(0),
    '{"timestamp": oops}',
    mooncake(1000),
    mooncake(2000).replace('600', '-1'),
    mooncake(3000),
  ]
  await give(site, 'broken.jsonl', lines.join('\n'))
  const bad = page.getByRole('region', {name: 'Lines that cannot be read'})
  await expectVisible(bad.getByText('2 lines cannot be read:'))
  expect(await bad.getByRole('listitem').count()).toBe(2)
  await bad.getByRole('button', {name: 'Leave out these 2'}).click()
  await expectVisible(fact(site, 'Requests').getByText('3', {exact: true}))
  await expectVisible(page.getByText('broken.jsonl: lines 2, 4 were left out.'))
})

test('several files are read as the shards of one trace', async () => {
  const site = await open()
  const shard = (from: number) =>
    `arrived_at,isl,osl\n${[0, 1, 2].map(i => `${from + i},500,9`).join('\n')}\n`
  const files = [3, 0].map(from => ({
    name: `part-${from}.csv`,
    mimeType: 'text/csv',
    buffer: Buffer.from(shard(from)),
  }))
  await site.page.getByLabel('Trace file').setInputFiles(files)
  await expectVisible(fact(site, 'Requests').getByText('6', {exact: true}))
  await expectVisible(fact(site, 'Arrivals over').getByText('5.0 s', {exact: true}))
  const chosen = site.page.locator('#trace-select option:checked')
  expect(await chosen.textContent()).toBe('part-0.csv and 1 more')
})
