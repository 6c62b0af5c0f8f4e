import {describe, expect, it} from 'vitest'
import examples from '../ui/panels/examples/examples.json' with {type: 'json'}
import {captureCli} from './cli-fixture.ts'

/** Of a command as the page prints it, behind `npm run --silent replay --`. */
function flagsOf(command: string): string[] {
  const words: readonly string[] = command.match(/'[^']*'|\S+/g) ?? []
  return words.slice(words.indexOf('--') + 1).map(word => word.replace(/^'(.*)'$/, '$1'))
}

describe('the examples that empty views show', () => {
  it.each(examples.compare.commands.map((command, i) => [command, i] as const))(
    'are what %s gives',
    async (command, i) => {
      const {code, out} = await captureCli(...flagsOf(command), '--json')
      expect(code).toBe(0)
      const report = JSON.parse(out)
      const {sla_attainment, billed_gpu_hours, result_sha256} = report.planner_replay
      const {share, gpuHours, ttftMsP90} = examples.compare.lines[i]!
      expect(result_sha256).toBe(examples.compare.sha256[i])
      expect([sla_attainment, billed_gpu_hours, report.p90_ttft_ms]).toEqual([share, gpuHours, ttftMsP90])
    },
  )
})
