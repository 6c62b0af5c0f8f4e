import type {Candidate} from './candidates.ts'
import type {Stood} from './trends.ts'

/** Of each knob the values between two, or these choices. */
type Box = readonly ((x: number) => boolean)[]

/**
 * Settings that ran alike to the last digit: what differs between them does nothing there, as a planner's target does
 * nothing on a fleet whose floor is its ceiling. What lies between two of them is taken to run alike as well, unless a run
 * says otherwise, so that no run is spent on it.
 */
export class Twins {
  readonly #first = new Map<string, Stood>()
  readonly #boxes: readonly Box[]

  constructor(stood: readonly Stood[], choices: readonly boolean[]) {
    const groups = new Map<string, Stood[]>()
    for (const one of stood) {
      const [digest] = one.standing.digests
      if (digest !== undefined) groups.set(digest, [...(groups.get(digest) ?? []), one])
    }
    for (const group of groups.values()) {
      // Of equals the one that is known best.
      const first = group.reduce((known, one) =>
        one.standing.digests.length > known.standing.digests.length ? one : known,
      )
      for (const {candidate} of group) this.#first.set(candidate.id, first)
    }
    this.#boxes = [...groups].flatMap(([digest, group]) => {
      const others = stood.filter(({standing}) => standing.digests[0] !== digest)
      return boxesOf(group, others, choices)
    })
  }

  /** Whether another setting speaks for this one: it ran alike, or is taken to. */
  isSpokenFor({id, at}: Candidate): boolean {
    const first = this.#first.get(id)
    return first === undefined ? this.#boxes.some(box => isWithin(at, box)) : first.candidate.id !== id
  }
}

/** The box around a group where none of the others lies in it, else those around two of its members. */
function boxesOf(
  group: readonly Stood[],
  others: readonly Stood[],
  choices: readonly boolean[],
): readonly Box[] {
  if (group.length < 2) return []
  const isSound = (box: Box) => !others.some(({candidate: {at}}) => isWithin(at, box))
  const whole = boxAround(group, choices)
  if (isSound(whole)) return [whole]
  return group
    .flatMap((one, i) => group.slice(i + 1).map(other => boxAround([one, other], choices)))
    .filter(isSound)
}

function boxAround(group: readonly Stood[], choices: readonly boolean[]): Box {
  return choices.map((isChoice, k) => {
    const values = group.map(({candidate: {at}}) => at[k]!)
    if (isChoice) return x => values.includes(x)
    const [least, most] = [Math.min(...values), Math.max(...values)]
    return x => least <= x && x <= most
  })
}

function isWithin(at: readonly number[], box: Box): boolean {
  return box.every((takes, k) => takes(at[k]!))
}
