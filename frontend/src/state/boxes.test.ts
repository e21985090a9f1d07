import { expect, it } from 'vitest'
import { add, between, boxAt, choose, chosenBox, described, erase, name, nudge, place, sketchOf, undo, walk, zoomed } from './boxes'

const empty = sketchOf({ width: 200, height: 100 }, [])
const one = name(empty, 'car')

it('a class key draws a box in the middle of what is seen, and another one renames it', () => {
  expect(one.boxes).toEqual([{ x: 75, y: 38, width: 50, height: 25, class: 'car' }])
  const renamed = name(one, 'tree')
  expect(renamed.boxes.map((box) => box.class)).toEqual(['tree'])
  expect(name(choose(one, null), 'tree').boxes).toHaveLength(2)
  const close = name({ ...empty, view: { x: 100, y: 50, width: 100, height: 50 } }, 'car')
  expect(chosenBox(close)).toMatchObject({ x: 138, y: 69, width: 25, height: 13 })
})

it('arrows move the chosen box and with shift its corner, never out of the image', () => {
  expect(chosenBox(nudge(one, 1, -1, false))).toMatchObject({ x: 77, y: 37, width: 50, height: 25 })
  expect(chosenBox(nudge(one, 1, 1, true))).toMatchObject({ x: 75, y: 38, width: 52, height: 26 })
  expect(chosenBox(place(one, { x: 190, y: -9, width: 50, height: 900 }))).toMatchObject({ x: 150, y: 0, width: 50, height: 100 })
  expect(chosenBox(place(one, { x: 5, y: 5, width: -3, height: 0 }))).toMatchObject({ width: 1, height: 1 })
  expect(nudge(empty, 1, 0, false)).toBe(empty)
})

it('undo takes back one act at a time; a pull is one act', () => {
  const pulled = place(place(one, { x: 0, y: 0, width: 9, height: 9 }), { x: 1, y: 1, width: 9, height: 9 }, true)
  expect(undo(pulled).boxes).toEqual(one.boxes)
  expect(undo(erase(one)).boxes).toEqual(one.boxes)
  expect(undo(undo(one))).toEqual({ ...empty, at: null })
})

it('the same box twice stays one', () => {
  expect(add(one, 'car', { x: 75, y: 38, width: 50, height: 25 }).boxes).toHaveLength(1)
})

it('the list is walked round; the smaller of two boxes is under the pointer', () => {
  const two = add(one, 'wheel', { x: 80, y: 40, width: 10, height: 10 })
  expect([walk(two, 1).at, walk(choose(two, null), 1).at, walk(choose(two, null), -1).at]).toEqual([0, 0, 1])
  expect([boxAt(two, 85, 45), boxAt(two, 120, 60), boxAt(two, 1, 1)]).toEqual([1, 0, null])
})

it('images measured in shares keep their fractions', () => {
  const shares = add(sketchOf({ width: 1, height: 1 }, []), 'car', between({ x: 0.6, y: 0.2 }, { x: 0.12345, y: 0.5 }))
  expect(described(shares.boxes[0] ?? { x: 0, y: 0, width: 0, height: 0 })).toBe('0.4765 × 0.3 at 0.1235, 0.2')
  expect([zoomed(shares, 100).zoom, zoomed(shares, 0.1).zoom]).toEqual([16, 1])
})
