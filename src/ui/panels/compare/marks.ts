import type {TimeSeries} from '../../kit/charts/base/timeline.ts'

/** How the runs of a comparison are told apart: by letter and dash as well as by colour. */
export interface RunMark {
  readonly letter: string
  readonly slot: TimeSeries['slot']
  readonly dash: string
}

/** There are five colours that hold apart for every eye; the sixth run has the first one's and its own dash. */
const MARKS: readonly RunMark[] = [
  {letter: 'A', slot: 0, dash: ''},
  {letter: 'B', slot: 1, dash: '6 2'},
  {letter: 'C', slot: 2, dash: '2 2'},
  {letter: 'D', slot: 3, dash: '9 3 2 3'},
  {letter: 'E', slot: 4, dash: '4 4'},
  {letter: 'F', slot: 0, dash: '1 3'},
]

export function markOf(index: number): RunMark {
  return MARKS[index % MARKS.length]!
}

export function labelOf(index: number, name: string): string {
  return `${markOf(index).letter} ${name}`
}
