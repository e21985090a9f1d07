import { expect, it } from 'vitest'
import { swipeSide } from './swipe'

it('tells a swipe from a scroll and a tap', () => {
  expect(swipeSide(-120, 10, 400)).toBe('left')
  expect(swipeSide(45, 5, 60)).toBe('right')
  expect(swipeSide(120, 90, 300)).toBeNull()
  expect(swipeSide(4, 1, 50)).toBeNull()
})
