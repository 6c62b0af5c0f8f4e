import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {formatCommand} from './command-line.ts'
import {splitShellWords} from './shell-words.ts'

function words(text: string): readonly (readonly string[])[] {
  const commands = splitShellWords(text)
  if (!commands.ok) throw new Error(commands.error.message)
  return commands.value.map(command => command.words)
}

describe('splitShellWords', () => {
  it.each([
    ['a  b\tc', [['a', 'b', 'c']]],
    [`a 'x y' "p \\"q\\" \\n" z\\ z`, [['a', 'x y', 'p "q" \\n', 'z z']]],
    [`--x='{"k": 1}' --y='it'\\''s'`, [['--x={"k": 1}', "--y=it's"]]],
    ['a \\\n  --b \\\r\n  --c', [['a', '--b', '--c']]],
    ['cd x && a b; c | d', [['cd', 'x'], ['a', 'b'], ['c'], ['d']]],
    ['a b # what it is\nc', [['a', 'b'], ['c']]],
    [`a $'one\\ntwo\\'s'`, [['a', "one\ntwo's"]]],
    ["a ''", [['a', '']]],
    ['a#b', [['a#b']]],
    ['', []],
  ])('reads %j', (text, expected) => {
    expect(words(text)).toEqual(expected)
  })

  it('names redirections and variables, and leaves them out or as they are', () => {
    const commands = splitShellWords('a "$HOME/t.jsonl" > out.txt 2>&1')
    expect(commands).toEqual({
      ok: true,
      value: [
        {
          words: ['a', '$HOME/t.jsonl'],
          ignored: ['the value of a variable in $HOME/t.jsonl', '> out.txt', '2>&1'],
        },
      ],
    })
  })

  it.each(["a\nb 'c d", 'a\nb "c', "a\nb $'c"])('refuses %j with the line of the open quote', text => {
    const commands = splitShellWords(text)
    expect(!commands.ok && commands.error.message).toMatch(/^line 2: the quote .* is never closed/)
  })

  it('gives back whatever the copied command was made of', () => {
    fc.assert(
      fc.property(fc.array(fc.string({unit: 'grapheme', minLength: 0})), args => {
        const clean = args.map(arg => arg.replaceAll('\r\n', '\n'))
        expect(words(formatCommand('run', clean))).toEqual([['run', ...clean]])
      }),
    )
  })
})
