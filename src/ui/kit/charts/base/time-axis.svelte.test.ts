import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {fitInto, TimeAxis} from './time-axis.svelte.ts'

describe('TimeAxis', () => {
  it('zooms about a point that stays where it is, and never out of the run', () => {
    const axis = new TimeAxis([0, 3600])
    axis.zoomAbout(900, 0.5)
    expect(axis.view).toEqual([450, 2250])
    axis.zoomAbout(900, 100)
    expect(axis.view).toEqual([0, 3600])
    expect(axis.isZoomed).toBe(false)
  })

  it('makes a dragged range the view in either direction', () => {
    const axis = new TimeAxis([0, 100])
    axis.startSelection(60)
    axis.extendSelection(20)
    axis.finishSelection(1)
    expect(axis.view).toEqual([20, 60])
    axis.startSelection(30)
    axis.finishSelection(1)
    expect(axis.view).toEqual([20, 60])
    axis.reset()
    expect(axis.view).toEqual([0, 100])
  })

  it('brings the cursor into view', () => {
    const axis = new TimeAxis([0, 100])
    axis.show([0, 10])
    axis.moveCursor(50)
    expect(axis.cursor).toBe(50)
    expect(axis.view[0]).toBeLessThan(50)
    expect(axis.view[1]).toBeGreaterThan(50)
    axis.moveCursor(1000)
    expect(axis.cursor).toBe(100)
  })

  it('always shows a part of the run, of a usable width', () => {
    const seconds = fc.double({min: -1e6, max: 1e6, noNaN: true})
    fc.assert(
      fc.property(seconds, seconds, fc.double({min: 0.01, max: 1e5, noNaN: true}), (a, b, end) => {
        const [from, to] = fitInto([Math.min(a, b), Math.max(a, b)], [0, end])
        expect(from).toBeGreaterThanOrEqual(0)
        expect(to).toBeLessThanOrEqual(end * (1 + 1e-12))
        expect(to - from).toBeGreaterThanOrEqual(Math.min(1, end) * (1 - 1e-9))
      }),
    )
  })
})
