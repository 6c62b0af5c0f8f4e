import {FLAG_GROUPS, type Flag} from '../config/command-line/flag.ts'
import {FLAGS} from '../config/command-line/flag-table.ts'
import {releasesOfFlag} from '../config/command-line/flags-of-release.ts'

const WIDTH = 100
const INDENT = 32

/** The text of `--help`. */
export function formatHelp(): string {
  return [
    'usage: planner-replay TRACE … [flags]',
    '       planner-replay sweep TRACE [flags] --vary KEY=VALUES --out DIR  (a grid of replays)',
    '       planner-replay recommend TRACE [flags] --objective O --out DIR (the cheapest that holds)',
    '       planner-replay predict -c FILE.yaml          (a configuration of aisimulate predict, 1.6.1)',
    '       planner-replay bench TRACE [flags] --out DIR          (every policy on one trace)',
    '       planner-replay perf [FILE]                   (single passes, from the GPU tables)',
    '       planner-replay policy [FILE]                 (decisions of other autoscalers on a timeline)',
    '',
    ...wrap(
      'Replays a request trace (Mooncake JSONL, .gz too) through a simulated serving cluster, with the Dynamo ' +
        'Planner in the loop if --planner-config is given, and prints what users felt and what the planner did. ' +
        'Flags marked * are of both releases: options of python -m dynamo.replay 1.2.1 and keywords of the replay call of ' +
        '1.6.1, which has no such command. Those marked 2 are of 1.2.1 alone, those marked 6 of 1.6.1 alone; the others are ours.',
      0,
    ),
    ...FLAG_GROUPS.flatMap(formatGroup),
    '',
    'exit codes: 0 done, 1 the run failed, 2 bad input',
    '',
  ].join('\n')
}

function formatGroup(group: string): string[] {
  const flags = FLAGS.filter(flag => flag.group === group)
  return ['', `${group}:`, ...flags.flatMap(formatFlag)]
}

const MARKS: Readonly<Record<string, string>> = {'1.2.1,1.6.1': '*', '1.2.1': '2', '1.6.1': '6'}

function formatFlag(flag: Flag): string[] {
  const mark = MARKS[releasesOfFlag(flag).join()] ?? ' '
  const head = ` ${mark}${flag.name}${valueHint(flag)}`
  const choices =
    flag.choices !== undefined && isLong(flag.choices) ? ` One of ${flag.choices.join(', ')}.` : ''
  const help = `${flag.help}${choices}${flag.default === undefined ? '' : ` Default: ${flag.default}.`}`
  const lines = wrap(help, INDENT)
  const [first = '', ...rest] = lines
  if (head.length + 2 > INDENT) return [head, ...lines]
  return [head.padEnd(INDENT) + first.trimStart(), ...rest]
}

function valueHint(flag: Flag): string {
  if (flag.type === 'switch') return ''
  if (flag.choices !== undefined && !isLong(flag.choices)) return ` {${flag.choices.join(',')}}`
  if (flag.metavar !== undefined) return ` ${flag.metavar}`
  return flag.type === 'text' || flag.choices !== undefined ? ' NAME' : ' N'
}

/** Beside a flag there is room for a few words. */
function isLong(choices: readonly string[]): boolean {
  return choices.join(',').length > WIDTH / 2
}

/** Lines of at most WIDTH columns, all indented. */
function wrap(text: string, indent: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > WIDTH) {
      lines.push(line)
      line = ''
    }
    line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].map(part => ' '.repeat(indent) + part)
}
