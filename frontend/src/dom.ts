/** Whether keys belong to a field the person is typing in. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input:not([type=checkbox]), textarea, select'))
}

/** Whether Enter and Space belong to a control that was reached by keyboard. */
export function activatesControl(event: KeyboardEvent): boolean {
  const isActivation = event.key === 'Enter' || event.key === ' '
  return isActivation && event.target instanceof Element && event.target.matches('a:focus-visible, button:focus-visible, summary:focus-visible, input:focus-visible')
}

/** Whether a dialog has the keys; true to the moment, where its `close` event comes a little later. */
export function isDialogOpen(): boolean {
  return document.querySelector('dialog[open]') !== null
}

/** Takes focus off a control clicked with a pointer, so that the next Space is a command and not a second click. */
export function releaseAfterClick(event: MouseEvent): void {
  if (event.detail > 0 && event.currentTarget instanceof HTMLElement) event.currentTarget.blur()
}

/** Whether people touch this screen: then nothing is said of keys. */
export const isTouched = (): boolean => matchMedia('(pointer: coarse)').matches

/** Whether the page is as narrow as a phone: what only keys do is left out there. */
export const isNarrow = (): boolean => matchMedia('(max-width: 720px)').matches

/** Scrolls the text of the item by most of what is visible of it. */
export function scrollText(direction: 1 | -1): void {
  const text = document.getElementById('item-text')
  text?.scrollBy({ top: direction * text.clientHeight * 0.8 })
}

/** For a page that is one form: its first field is where one types. */
export const focused = (field: HTMLElement): void => field.focus({ preventScroll: true })
