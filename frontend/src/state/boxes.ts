import type { Box } from '../api/types'
import { t } from '../words/spoken.svelte'

/* Drawing boxes on an image, in the image's own unit; x and y are the upper left corner. Pure. */

export interface Rectangle {
  x: number
  y: number
  width: number
  height: number
}

export type Size = Pick<Rectangle, 'width' | 'height'>

/** What is being drawn on one image. */
export interface Sketch {
  size: Size
  /** False until the image is there, where the item does not name its size. */
  isKnown: boolean
  /** The part of the image that is on the screen. */
  view: Rectangle
  zoom: number
  boxes: readonly Box[]
  /** The chosen box, or null. */
  at: number | null
  /** The boxes before each change, the newest last. */
  undo: readonly (readonly Box[])[]
}

export const MOST_ZOOM = 16
/** How much of what is on the screen one press of an arrow moves. */
const STEP = 0.01
const NEW_SHARE = 0.25

const UNKNOWN: Size = { width: 1, height: 1 }

/** A sketch of these boxes; `size` is null while it is not known. */
export const sketchOf = (size: Size | null, boxes: readonly Box[]): Sketch => measured({ size: UNKNOWN, isKnown: size !== null, view: { x: 0, y: 0, ...UNKNOWN }, zoom: 1, boxes, at: null, undo: [] }, size ?? UNKNOWN)

const measured = (sketch: Sketch, size: Size): Sketch => ({ ...sketch, size, view: { x: 0, y: 0, ...size } })

/** The sketch once the image is there and this large; a size that was known before stays. */
export const loaded = (sketch: Sketch, size: Size): Sketch => (sketch.isKnown ? sketch : { ...measured(sketch, size), isKnown: true })

/** The smallest length: a pixel, or a ten-thousandth where an image is measured in shares of itself. */
const grain = ({ width }: Size): number => (width >= 20 ? 1 : 0.0001)

function rounded(value: number, unit: number): number {
  return Number((Math.round(value / unit) * unit).toFixed(4))
}

/** The rectangle on whole units inside the image, at least one unit large. */
export function inside({ x, y, width, height }: Rectangle, size: Size): Rectangle {
  const unit = grain(size)
  const fit = (start: number, length: number, most: number): [number, number] => {
    const long = Math.min(Math.max(rounded(length, unit), unit), most)
    return [rounded(Math.min(Math.max(start, 0), most - long), unit), long]
  }
  const [left, wide] = fit(x, width, size.width)
  const [top, high] = fit(y, height, size.height)
  return { x: left, y: top, width: wide, height: high }
}

/** The rectangle between two corners, wherever they lie. */
export function between(a: { x: number; y: number }, b: { x: number; y: number }): Rectangle {
  return { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) }
}

export const chosenBox = (sketch: Sketch): Box | null => (sketch.at === null ? null : (sketch.boxes[sketch.at] ?? null))

const changed = (sketch: Sketch, boxes: readonly Box[], at: number | null): Sketch => ({ ...sketch, boxes, at, undo: [...sketch.undo, sketch.boxes] })

const same = (a: Box, b: Box): boolean => a.class === b.class && a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height

/** The sketch with one box more, which is chosen; the same box twice stays one. */
export function add(sketch: Sketch, name: string, where: Rectangle): Sketch {
  const box = { ...inside(where, sketch.size), class: name }
  const there = sketch.boxes.findIndex((one) => same(one, box))
  return there >= 0 ? { ...sketch, at: there } : changed(sketch, [...sketch.boxes, box], sketch.boxes.length)
}

/** The class key: the chosen box gets the class; without one, a new box appears in the middle of what is on the screen. */
export function name(sketch: Sketch, wanted: string): Sketch {
  const { view, at } = sketch
  const here = chosenBox(sketch)
  if (here) return here.class === wanted ? sketch : changed(sketch, sketch.boxes.map((box) => (box === here ? { ...box, class: wanted } : box)), at)
  const [width, height] = [view.width * NEW_SHARE, view.height * NEW_SHARE]
  return add(sketch, wanted, { x: view.x + (view.width - width) / 2, y: view.y + (view.height - height) / 2, width, height })
}

/** The sketch with the chosen box somewhere else. `isGoingOn`: a part of the same pull, so one undo takes back all of it. */
export function place(sketch: Sketch, where: Rectangle, isGoingOn = false): Sketch {
  const here = chosenBox(sketch)
  if (!here) return sketch
  const boxes = sketch.boxes.map((box) => (box === here ? { ...inside(where, sketch.size), class: box.class } : box))
  return isGoingOn ? { ...sketch, boxes } : changed(sketch, boxes, sketch.at)
}

/** The chosen box a step further, or with `grow` its lower right corner. */
export function nudge(sketch: Sketch, right: number, down: number, grow: boolean): Sketch {
  const here = chosenBox(sketch)
  if (!here) return sketch
  const unit = grain(sketch.size)
  const dx = right * Math.max(unit, sketch.view.width * STEP)
  const dy = down * Math.max(unit, sketch.view.height * STEP)
  return place(sketch, grow ? { ...here, width: here.width + dx, height: here.height + dy } : { ...here, x: here.x + dx, y: here.y + dy })
}

export const choose = (sketch: Sketch, at: number | null): Sketch => ({ ...sketch, at })

/** The sketch with the next box of the list chosen, or the one before. */
export function walk(sketch: Sketch, by: 1 | -1): Sketch {
  const n = sketch.boxes.length
  if (!n) return sketch
  const from = sketch.at ?? (by > 0 ? -1 : n)
  return { ...sketch, at: (from + by + n) % n }
}

export function erase(sketch: Sketch): Sketch {
  const here = chosenBox(sketch)
  return here ? changed(sketch, sketch.boxes.filter((box) => box !== here), null) : sketch
}

export function undo(sketch: Sketch): Sketch {
  const boxes = sketch.undo.at(-1)
  return boxes ? { ...sketch, boxes, at: null, undo: sketch.undo.slice(0, -1) } : sketch
}

export const zoomed = (sketch: Sketch, by: number): Sketch => ({ ...sketch, zoom: Math.min(MOST_ZOOM, Math.max(1, sketch.zoom * by)) })

/** The box under a point, the smallest first: one inside another can be reached. */
export function boxAt({ boxes }: Sketch, x: number, y: number): number | null {
  const hit = boxes.flatMap((box, at) => (x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height ? [{ at, area: box.width * box.height }] : []))
  return hit.sort((a, b) => a.area - b.area)[0]?.at ?? null
}

/** "120 × 80 at 10, 24". */
export const described = ({ x, y, width, height }: Rectangle): string => t.label.at(width, height, x, y)
