import type { Attachment } from 'svelte/attachments'
import { swipeSide } from '../../state/swipe'

/** Tells which way a finger swept over the element. Scrolling, text selection and the mouse are left alone. */
export function swipe(onSwipe: (side: 'left' | 'right') => void): Attachment<HTMLElement> {
  return (element) => {
    let from: { x: number; y: number; at: number } | null = null

    function onStart(event: TouchEvent): void {
      const [touch] = event.touches
      from = touch && event.touches.length === 1 ? { x: touch.clientX, y: touch.clientY, at: event.timeStamp } : null
    }

    function onEnd(event: TouchEvent): void {
      const [touch] = event.changedTouches
      const side = from && touch && swipeSide(touch.clientX - from.x, touch.clientY - from.y, event.timeStamp - from.at)
      from = null
      if (side && !document.getSelection()?.toString()) onSwipe(side)
    }

    element.addEventListener('touchstart', onStart, { passive: true })
    element.addEventListener('touchend', onEnd)
    return () => {
      element.removeEventListener('touchstart', onStart)
      element.removeEventListener('touchend', onEnd)
    }
  }
}
