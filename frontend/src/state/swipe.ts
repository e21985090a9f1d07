const LEAST_PX = 72
const QUICK_PX_PER_MS = 0.5

/** The side a finger meant: far or quick enough, and clearly more sideways than up or down. Null for a scroll or a tap. */
export function swipeSide(dx: number, dy: number, elapsedMs: number): 'left' | 'right' | null {
  const isSideways = Math.abs(dx) > 2 * Math.abs(dy)
  const isQuick = Math.abs(dx) > 32 && Math.abs(dx) / Math.max(elapsedMs, 1) > QUICK_PX_PER_MS
  if (!isSideways || (Math.abs(dx) < LEAST_PX && !isQuick)) return null
  return dx < 0 ? 'left' : 'right'
}
